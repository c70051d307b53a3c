import type { Json } from '../common/json.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { dereference, type Schema } from '../experiment/schema.ts';
import { HOLE } from './source-tree.ts';
import { type SchemaProblem, schemaProblems } from './validate.ts';

/** A file's values with every wrong one replaced by one that the schema allows. */
export interface Repaired {
  /** `null` if the values cannot be repaired. */
  readonly values: Json | null;
  /** The violations of the schema. */
  readonly problems: readonly Problem[];
  /** Paths whose values are placeholders: no rule may draw a conclusion from them. */
  readonly wrong: readonly Path[];
}

/** Stands in a path for the main argument of a layer that is written as `dropout: 0.5`. */
export const MAIN_ARGUMENT = 'main argument';

/** A placeholder can bring a level of required keys with it, each of which takes a round. */
const MAX_ROUNDS = 8;

/**
 * Validates values against the schema and replaces the wrong ones, so that rules can check the rest of the file.
 * @param json plain values, with `HOLE` where a value could not be read.
 */
export function repair(json: Json): Repaired {
  let problems = schemaProblems(json);
  const first = problems.filter(({ isHole }) => !isHole);
  if (problems.length === 0) return { values: json, problems: [], wrong: [] };
  const wrong: Path[] = [];
  const values = copy(json);
  for (let round = 0; problems.length > 0; round += 1) {
    if (round === MAX_ROUNDS) return { values: null, problems: first, wrong };
    for (const problem of problems) wrong.push(...repairOne(values, problem));
    problems = schemaProblems(values);
  }
  return { values, problems: first, wrong };
}

/** Replaces one value in place. @returns the paths whose values are then placeholders. */
function repairOne(values: Json, { path, keyword, schema, meant }: SchemaProblem): Path[] {
  const parent = path.slice(0, -1);
  if (keyword === 'additionalProperties') {
    // The one key of such a map is its kind, e.g. that of a layer: nothing of the map is known.
    if (schema.maxProperties === 1) {
      put(values, parent, example(schema));
      return [parent];
    }
    remove(values, path);
    return meant ? [path, meant] : [path];
  }
  if (keyword === 'discriminator') {
    put(values, parent, example(schema));
    return [parent];
  }
  put(values, path, example(schema));
  return [isMainArgument(values, path) ? [...path, MAIN_ARGUMENT] : path];
}

/** In a list of layers, the value of a kind is its main argument: name and inputs of the layer are still known. */
function isMainArgument(values: Json, path: Path): boolean {
  const container = containerOf(values, path);
  const isItem = typeof path.at(-2) === 'number' && typeof path.at(-1) === 'string';
  return isItem && container !== null && Object.keys(container).length === 1;
}

/** A value that a schema allows: its default, its first word, or the least of its kind. */
function example(schema: Schema): Json {
  const {
    default: usual,
    anyOf,
    oneOf,
    enum: words,
    examples,
    const: word,
    ...rest
  } = dereference(schema);
  const given = usual ?? word ?? words?.[0] ?? examples?.[0];
  if (given !== undefined) return copy(given as Json);
  const [alternative] = anyOf ?? oneOf ?? [];
  if (alternative) return example(alternative);
  const [type = 'string'] = [rest.type ?? 'string'].flat();
  switch (type) {
    case 'null':
      return null;
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return exampleNumber(type, rest);
    case 'array':
      return Array.from({ length: rest.minItems ?? 0 }, () => example(rest.items ?? {}));
    case 'object':
      return exampleMap(rest);
    default:
      return 'a';
  }
}

function exampleNumber(type: string, schema: Schema): number {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const least = minimum ?? exclusiveMinimum ?? 0;
  if (minimum !== undefined || exclusiveMinimum === undefined) return least;
  if (type === 'integer') return least + 1;
  const greatest = maximum ?? exclusiveMaximum;
  return greatest === undefined ? least + 1 : (least + greatest) / 2;
}

function exampleMap({ properties = {}, required = [], maxProperties, ...rest }: Schema): Json {
  const names = maxProperties === 1 ? Object.keys(properties).slice(0, 1) : required;
  const entries = names.map((name) => [name, example(properties[name] ?? {})] as const);
  const needsOne = (rest.minProperties ?? 0) > 0 && entries.length === 0;
  if (needsOne && rest.additionalProperties) return { a: example(rest.additionalProperties) };
  return Object.fromEntries(entries);
}

/** A deep copy; `structuredClone` refuses symbols. */
function copy(json: Json): Json {
  if (json === HOLE || typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(copy);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, copy(value)]));
}

type Container = Record<string | number, Json>;

function put(values: Json, path: Path, value: Json): void {
  const key = path.at(-1);
  const container = containerOf(values, path);
  if (!container || key === undefined) return;
  // A repair of this round may have replaced the list by a shorter one.
  if (Array.isArray(container) && !(key in container)) return;
  container[key] = value;
}

function remove(values: Json, path: Path): void {
  const container = containerOf(values, path);
  if (container) delete container[String(path.at(-1))];
}

/** The map or list around the value at a path; `null` if another repair has replaced it. */
function containerOf(values: Json, path: Path): Container | null {
  let at: Json | undefined = values;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Container)[key];
  }
  return typeof at === 'object' && at !== null ? (at as Container) : null;
}
