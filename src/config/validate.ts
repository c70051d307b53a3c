import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean, nearest } from '../common/did-you-mean.ts';
import type { Json } from '../common/json.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { dereference, type Schema } from '../experiment/schema.ts';
import * as generated from '../experiment/schema-validator.ts';
import { describe, namesWithArguments } from './describe-schema.ts';
import { type Change, fill, leaveOut, rename } from './mend.ts';
import type { Path } from './source-place.ts';
import { HOLE } from './source-tree.ts';

/** Something that the schema does not allow. */
export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
  /** The key is what is wrong, not its value. */
  readonly key: boolean;
  /** There is a hole, of which someone has told. */
  readonly isHole: boolean;
  /** What could be meant instead. */
  readonly mendings: readonly Change[];
}

const validator = generated.validate as unknown as ValidateFunction<ExperimentFile>;

/** Each thing in a file that its schema does not allow; none when the value is an experiment file. */
export function schemaProblems(value: Json): SchemaProblem[] {
  if (validator(value)) return [];
  const problems = withoutNoise(validator.errors ?? []).map(problem);
  const lines = new Set<string>();
  return problems.filter(({ path, message }) => {
    const line = `${path.join('/')} ${message}`;
    return !lines.has(line) && lines.add(line);
  });
}

/**
 * Of what `anyOf` says, only what matters: the alternatives of the schema differ in their JSON type, so
 * that at most one is meant. ajv lists the errors of the alternatives before that of `anyOf` itself.
 */
function withoutNoise(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept: ErrorObject[] = [];
  for (const error of errors) {
    const { keyword, instancePath } = error;
    const within = (each: ErrorObject) =>
      keyword === 'anyOf' && `${each.instancePath}/`.startsWith(`${instancePath}/`);
    const meant = kept.filter((each) => within(each) && !isOtherAlternative(each, instancePath));
    kept = [...kept.filter((each) => !within(each)), ...(meant.length > 0 ? meant : [error])];
  }
  return kept;
}

/** Whether an error says no more than that the value is not of an alternative's type. */
function isOtherAlternative({ keyword, instancePath }: ErrorObject, path: string): boolean {
  return instancePath === path && ['type', 'enum', 'const', 'anyOf'].includes(keyword);
}

function problem(error: ErrorObject): SchemaProblem {
  const path = pathOf(error.instancePath);
  const schema = error.parentSchema as Schema;
  const { params } = error;
  const isHole = error.data === HOLE;
  if (error.keyword === 'additionalProperties') {
    const name: string = params.additionalProperty;
    const known = Object.keys(schema.properties ?? {});
    const message = `is not known here; known: ${known.join(', ')}${didYouMean(name, known)}`;
    const at = [...path, name];
    const meant = nearest(name, known);
    const mendings =
      schema.maxProperties === 1
        ? known.map((kind) => rename(at, kind))
        : [leaveOut(at), ...(meant === null ? [] : [rename(at, meant)])];
    return { path: at, message, key: true, isHole, mendings };
  }
  if (error.keyword === 'required') {
    const name: string = params.missingProperty;
    const wanted = schema.properties?.[name];
    const message = `is missing; it must be ${wanted ? describe(wanted) : 'there'}`;
    const at = [...path, name];
    return { path: at, message, key: true, isHole, mendings: fill(at, wanted ?? {}) };
  }
  const mendings = fill(path, schema);
  if (error.keyword === 'discriminator') {
    const { propertyName } = schema.discriminator ?? { propertyName: '' };
    const given = (error.data as Record<string, Json>)[propertyName];
    const names = (schema.oneOf ?? []).map(
      (each) => dereference(each).properties?.[propertyName]?.const as string,
    );
    const message =
      given === undefined
        ? `is missing; it must be one of ${names.join(', ')}`
        : mismatch(given, { enum: names });
    return { path: [...path, propertyName], message, key: false, isHole, mendings };
  }
  return { path, message: mismatch(error.data as Json, schema), key: false, isHole, mendings };
}

/** What was found and what is allowed. */
function mismatch(value: Json, schema: Schema): string {
  return `must be ${describe(schema)}. Received: ${show(value)}${hint(value, schema)}`;
}

function hint(value: Json, schema: Schema): string {
  const { type = [], items } = dereference(schema);
  if (typeof value === 'string') {
    if (namesWithArguments(schema).includes(value)) return `. ${value} needs arguments`;
    const takesList = type.includes('array') && items && takesText(items);
    return takesList ? `. Did you mean [${value}]?` : didYouMean(value, wordsOf(schema));
  }
  return type === 'string' && typeof value === 'number' ? `. Did you mean "${value}"?` : '';
}

function takesText(schema: Schema): boolean {
  const { type = [], anyOf = [], enum: words } = dereference(schema);
  return words !== undefined || type.includes('string') || anyOf.some(takesText);
}

/** The words that a schema allows. */
function wordsOf(schema: Schema): string[] {
  const { anyOf = [], enum: words = [], const: word } = dereference(schema);
  const own = [...words, word].filter((each) => typeof each === 'string');
  return [...own, ...namesWithArguments(schema), ...anyOf.flatMap(wordsOf)];
}

/** A value in a few letters. */
export function show(value: Json): string {
  if (value === HOLE) return '…';
  const text =
    typeof value === 'number'
      ? String(value)
      : JSON.stringify(value, (_, each) => (each === HOLE ? '…' : each));
  if (text.length <= 60) return text.replaceAll(/(?<=[,:])(?=\S)/g, ' ');
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value)
    return `a map with ${Object.keys(value).join(', ').slice(0, 60)}`;
  return `${text.slice(0, 60)}…`;
}

/** A JSON pointer's keys and indexes. */
function pathOf(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
