import type { Json } from '../common/json.ts';
import { dereference, type Schema } from '../experiment/schema.ts';

/**
 * Values that a schema allows, of each kind that it tells apart: its default, each of its words, and for what
 * it has no words, two values that differ. What is wrong whichever of them stands in a place is wrong
 * whatever belongs there.
 */
export function standIns(schema: Schema): readonly Json[] {
  const made = known.get(schema);
  if (made) return made;
  const { default: usual, ...rest } = dereference(schema);
  const values = valuesOf(rest);
  const all = usual === undefined ? values : [usual as Json, ...values];
  known.set(schema, all);
  return all;
}

/** What stands in for a schema is asked again and again. */
const known = new WeakMap<Schema, readonly Json[]>();

function valuesOf(schema: Schema): readonly Json[] {
  const { anyOf, oneOf, enum: words, examples, const: word } = schema;
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return alternatives.flatMap(standIns);
  if (word !== undefined) return [word as Json];
  const named = words ?? examples;
  if (named) return named as readonly Json[];
  return [schema.type ?? 'string'].flat().flatMap((type) => ofType(type, schema));
}

function ofType(type: string, schema: Schema): readonly Json[] {
  switch (type) {
    case 'null':
      return [null];
    case 'boolean':
      return [true, false];
    case 'integer':
    case 'number':
      return numbers(type, schema);
    case 'array':
      return lists(schema);
    case 'object':
      return maps(schema);
    default:
      return ['a', 'b'];
  }
}

function numbers(type: string, { minimum = -1, maximum = 2, ...open }: Schema): number[] {
  const { exclusiveMinimum = minimum - 1, exclusiveMaximum = maximum + 1 } = open;
  return [...new Set([minimum, 0, 0.25, 0.5, 1, 2, 3, maximum])]
    .filter((number) => number >= minimum && number > exclusiveMinimum)
    .filter((number) => number <= maximum && number < exclusiveMaximum)
    .filter((number) => type === 'number' || Number.isInteger(number))
    .slice(0, 2);
}

function lists({ items = {}, minItems = 0, uniqueItems }: Schema): Json[][] {
  const each = standIns(items);
  if (uniqueItems) return [each.slice(0, minItems)];
  const filled = each.map((item) => Array<Json>(Math.max(1, minItems)).fill(item));
  return minItems === 0 ? [[], ...filled] : filled;
}

function maps({ properties = {}, required = [], maxProperties, ...rest }: Schema): Json[] {
  const parts = Object.entries(properties).map(([key, each]) => [key, standIns(each)] as const);
  if (maxProperties === 1) return parts.map(([key, [first = {}]]) => ({ [key]: first }));
  const { minProperties = 0, additionalProperties } = rest;
  if (minProperties > 0 && additionalProperties) {
    return standIns(additionalProperties).map((value) => ({ a: value }));
  }
  const count = Math.max(1, ...parts.map(([, values]) => values.length));
  const map = (i: number, some: typeof parts) =>
    Object.fromEntries(some.map(([key, values]) => [key, values[i % values.length] ?? null]));
  const bare = parts.filter(([key]) => required.includes(key));
  const indexes = Array.from({ length: count }, (_, i) => i);
  return [...indexes.map((i) => map(i, bare)), ...indexes.map((i) => map(i, parts))];
}
