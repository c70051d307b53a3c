import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Json } from '../common/json.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { dereference, type Schema } from '../experiment/schema.ts';
import * as generated from '../experiment/schema-validator.ts';
import { describe, namesWithArguments } from './describe-schema.ts';
import { meantKey, valueHint } from './hints.ts';
import { HOLE } from './source-tree.ts';

/** A violation of the schema of experiment files. */
export interface SchemaProblem extends Problem {
  readonly key: boolean;
  readonly keyword: 'additionalProperties' | 'required' | 'discriminator' | 'value';
  /** The schema of the value; for `additionalProperties` and `discriminator`, of the map around it. */
  readonly schema: Schema;
  /** The value is a hole, whose error is already recorded. */
  readonly isHole: boolean;
  /** The path that an unknown key probably stands for. */
  readonly meant?: Path | null;
}

const validator = generated.validate as unknown as ValidateFunction<ExperimentFile>;

/** All violations of the schema; none if the value is an experiment file. */
export function schemaProblems(value: Json): SchemaProblem[] {
  if (validator(value)) return [];
  const problems = withoutNoise(validator.errors ?? []).map((error) => toProblem(error, value));
  const meant = new Set(problems.flatMap((problem) => problem.meant?.join('/') ?? []));
  const lines = new Set<string>();
  return problems.filter(({ keyword, path, message }) => {
    // A key that is missing because it is misspelled is one mistake.
    if (keyword === 'required' && meant.has(path.join('/'))) return false;
    const line = `${path.join('/')} ${message}`;
    return !lines.has(line) && lines.add(line);
  });
}

/**
 * Keeps of the errors of an `anyOf` only those that matter. The alternatives of the schema differ in their JSON type,
 * so at most one is meant. ajv lists the errors of the alternatives before that of `anyOf` itself.
 */
function withoutNoise(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept: ErrorObject[] = [];
  for (const error of errors) {
    const { keyword, instancePath } = error;
    if (keyword !== 'anyOf') {
      kept.push(error);
      continue;
    }
    const isInside = (each: ErrorObject) => `${each.instancePath}/`.startsWith(`${instancePath}/`);
    const meant = kept.filter((each) => isInside(each) && !isTypeError(each, instancePath));
    kept = [...kept.filter((each) => !isInside(each)), ...(meant.length > 0 ? meant : [error])];
  }
  return kept;
}

/** Tells if an error says only that the value does not have the type of an alternative. */
function isTypeError({ keyword, instancePath }: ErrorObject, path: string): boolean {
  return instancePath === path && ['type', 'enum', 'const', 'anyOf'].includes(keyword);
}

/** @param file the values of the whole file. */
function toProblem(error: ErrorObject, file: Json): SchemaProblem {
  const path = parsePointer(error.instancePath);
  const schema = error.parentSchema as Schema;
  const isHole = error.data === HOLE;
  switch (error.keyword) {
    case 'additionalProperties': {
      const name: string = error.params.additionalProperty;
      const known = Object.keys(schema.properties ?? {});
      const { hint, path: meant = null } = meantKey(path, name, { known, file }) ?? {};
      const message = `unknown key${hint ?? `; known keys: ${known.join(', ')}`}`;
      const { keyword } = error;
      return { keyword, path: [...path, name], message, key: true, schema, isHole, meant };
    }
    case 'required': {
      const name: string = error.params.missingProperty;
      const wanted = schema.properties?.[name] ?? {};
      const message = `is missing; it must be ${describe(wanted)}`;
      const { keyword } = error;
      return { keyword, path: [...path, name], message, key: true, schema: wanted, isHole };
    }
    case 'discriminator': {
      const { propertyName } = schema.discriminator ?? { propertyName: '' };
      const given = (error.data as Record<string, Json>)[propertyName];
      const names = (schema.oneOf ?? []).map(
        (each) => dereference(each).properties?.[propertyName]?.const as string,
      );
      const message =
        given === undefined
          ? `is missing; it must be one of ${names.join(', ')}`
          : mismatch(given, { enum: names });
      const { keyword } = error;
      return { keyword, path: [...path, propertyName], message, key: false, schema, isHole };
    }
    default: {
      const message = mismatch(error.data as Json, schema);
      return { keyword: 'value', path, message, key: false, schema, isHole };
    }
  }
}

function mismatch(value: Json, schema: Schema): string {
  const hint = valueHint(value, schema);
  const { title } = dereference(schema);
  // A hint says more than the forty kinds of layers.
  const isShort = hint && title && namesWithArguments(schema).length > MAX_NAMES;
  return `must be ${isShort ? title : describe(schema)}. Received: ${showJson(value)}${hint}`;
}

const MAX_NAMES = 12;

/** A value in at most about 60 characters. */
export function showJson(value: Json): string {
  if (value === HOLE) return '…';
  const text =
    typeof value === 'number'
      ? String(value)
      : JSON.stringify(value, (_, each) => (each === HOLE ? '…' : each));
  const spaced = /"(?:[^"\\]|\\.)*"|[,:](?=\S)/g;
  if (text.length <= 60) {
    return text.replaceAll(spaced, (part) => (part.startsWith('"') ? part : `${part} `));
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value)
    return `a map with ${Object.keys(value).join(', ').slice(0, 60)}`;
  return `${text.slice(0, 60)}…`;
}

/** The keys and indexes of a JSON pointer. */
function parsePointer(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
