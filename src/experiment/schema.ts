import { readFileSync } from 'node:fs';

/** The part of JSON Schema (draft 2020-12) that `experiment.schema.json` uses. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The schema of experiment files, as JSON. */
export function schemaText(): string {
  return readFileSync(new URL(import.meta.resolve('#schema')), 'utf8');
}

let parsed: Schema | null = null;

/** The schema of experiment files, read at the first call. */
export function experimentSchema(): Schema {
  parsed ??= JSON.parse(schemaText()) as Schema;
  return parsed;
}

/** A definition of the schema: an entry of `$defs`. */
export function definition(name: string): Schema {
  const schema = experimentSchema().$defs?.[name];
  if (!schema) throw new Error(`the schema of experiment files has no definition ${name}`);
  return schema;
}

/** A schema with the keywords of the definition that it refers to. */
export function dereference({ $ref, ...own }: Schema): Schema {
  return $ref ? { ...dereference(definition($ref.replace('#/$defs/', ''))), ...own } : own;
}

/**
 * Fills in the defaults of the schema. A key whose default depends on other keys has none in the schema; normalization
 * fills it in.
 * @param name a definition of the schema: a map, or a map among alternatives.
 */
export function withDefaults<Written extends object>(
  name: string,
  written: Written,
): Required<Written> {
  return filled(mapSchema(definition(name)), written);
}

/** Fills in the defaults of a map's schema. Keys get the order of the schema. */
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

/** The schema of the map among alternatives, or the schema itself. */
export function mapSchema(schema: Schema): Schema {
  return schema.anyOf?.find(({ properties }) => properties) ?? schema;
}
