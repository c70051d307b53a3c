import { readFileSync } from 'node:fs';

/** A JSON schema (draft 2020-12), as far as `experiment.schema.json` makes use of it. */
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

/** The schema of experiment files; read when first asked for. */
export function experimentSchema(): Schema {
  parsed ??= JSON.parse(schemaText()) as Schema;
  return parsed;
}

/** One of the schema's `$defs`. */
export function definition(name: string): Schema {
  const schema = experimentSchema().$defs?.[name];
  if (!schema) throw new Error(`the schema of experiment files defines no ${name}`);
  return schema;
}

/** What a schema says, and what the definition that it refers to says. */
export function dereference({ $ref, ...own }: Schema): Schema {
  return $ref ? { ...dereference(definition($ref.replace('#/$defs/', ''))), ...own } : own;
}

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
