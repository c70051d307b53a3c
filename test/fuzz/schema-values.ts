import fc from 'fast-check';
import { definition, dereference, type Schema } from '../../src/experiment/schema.ts';

/** Numbers at and near the limits of a schema, and now and then a much larger one. */
function numbers({ type, ...schema }: Schema): fc.Arbitrary<number> {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const isWhole = type === 'integer';
  const least = minimum ?? (exclusiveMinimum === undefined ? -2 : exclusiveMinimum + 1e-3);
  const greatest = maximum ?? (exclusiveMaximum === undefined ? 1000 : exclusiveMaximum - 1e-3);
  const [low, high] = isWhole ? [Math.ceil(least), Math.floor(greatest)] : [least, greatest];
  const near = isWhole
    ? fc.integer({ min: low, max: Math.min(high, low + 5) })
    : fc.double({ min: low, max: Math.min(high, low + 2), noNaN: true });
  const any = isWhole
    ? fc.integer({ min: low, max: high })
    : fc.double({ min: low, max: high, noNaN: true });
  return fc.oneof({ weight: 12, arbitrary: near }, { weight: 1, arbitrary: any });
}

/**
 * Draws values that a schema allows.
 *
 * @param names the values of texts with a pattern, e.g. names of layers
 */
export function valuesOf(
  schema: Schema,
  names: readonly string[],
  depth = 0,
): fc.Arbitrary<unknown> {
  const { anyOf, oneOf, enum: words, const: word, ...own } = dereference(schema);
  const again = (each: Schema) => valuesOf(each, names, depth + 1);
  if (word !== undefined) return fc.constant(word);
  if (words) return fc.constantFrom(...words);
  if (anyOf ?? oneOf) return fc.oneof(...(anyOf ?? oneOf ?? []).map(again));
  const type = Array.isArray(own.type)
    ? fc.constantFrom(...own.type)
    : fc.constant(own.type ?? 'string');
  return type.chain((each) => ofType({ ...own, type: each }, names, again, depth));
}

function ofType(
  schema: Schema,
  names: readonly string[],
  again: (schema: Schema) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'array': {
      const { items = {}, minItems = 0, maxItems = minItems + 2 } = schema;
      return fc.array(again(items), { minLength: minItems, maxLength: Math.min(maxItems, 3) });
    }
    case 'object':
      return maps(schema, again, depth);
    default:
      return fc.constantFrom(...names);
  }
}

function maps(
  { properties = {}, required = [], maxProperties }: Schema,
  again: (schema: Schema) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const keys = Object.keys(properties);
  if (maxProperties === 1) {
    return fc
      .constantFrom(...keys)
      .chain((key) => again(properties[key] ?? {}).map((value) => ({ [key]: value })));
  }
  // Few of the optional keys: each of them can make the whole invalid.
  const optional = keys.filter((key) => !required.includes(key));
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, depth > 3 ? 1 : 2) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          [...required, ...chosen].map((key) => [key, again(properties[key] ?? {})]),
        ),
      ),
    );
}

/** Draws values of a definition of the schema of experiments. */
export function valuesOfDefinition(name: string, names: readonly string[]): fc.Arbitrary<unknown> {
  return valuesOf(definition(name), names);
}
