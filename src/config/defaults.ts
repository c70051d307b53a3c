import { definition, dereference, type Schema } from './schema.ts';

/**
 * What is written, and for what is not the defaults that the schema states. Keys whose default depends
 * on others have none in the schema; whoever reads them says what they are.
 * @param name one of the schema's `$defs`: a map, or one among alternatives.
 */
export function withDefaults<Written extends object>(
  name: string,
  written: Written,
): Required<Written> {
  return filled(mapSchema(definition(name)), written);
}

/** The same for a schema at hand. Keys come in the schema's order. */
export function filled<Written extends object>(
  { properties = {} }: Schema,
  written: Written,
): Required<Written> {
  const given = new Map<string, unknown>(Object.entries(written));
  const entries = Object.entries(properties).map(([key, schema]) => {
    return [key, given.has(key) ? given.get(key) : dereference(schema).default] as const;
  });
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined),
  ) as Required<Written>;
}

/** The schema of a map, itself or among alternatives. */
export function mapSchema(schema: Schema): Schema {
  return schema.anyOf?.find(({ properties }) => properties) ?? schema;
}
