import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { transform } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import {
  definition,
  dereference,
  experimentSchema,
  type Schema,
} from '../src/experiment/schema.ts';
import { reference } from './reference.ts';

// `npm run generate`: writes the files that are made from experiment.schema.json. A test fails if one is out of date.

const root = new URL('../', import.meta.url);
const schema = experimentSchema();
const banner = [
  '// Generated from schemas/experiment.schema.json by `npm run generate`. Do not edit.',
  '// biome-ignore-all lint: generated',
  '// biome-ignore-all format: generated',
  '// biome-ignore-all assist: generated',
];

/** The text of each generated file, by its path from the root of the repository. */
export async function generate(): Promise<Readonly<Record<string, string>>> {
  return {
    'src/experiment/file-types.ts': await types(),
    'src/experiment/schema-validator.ts': await validator(),
    'schemas/REFERENCE.md': reference(schema),
    'schemas/editor.schema.json': `${JSON.stringify(editorSchema())}\n`,
  };
}

/** TypeScript types of an experiment file. */
async function types(): Promise<string> {
  const named = mapSchema(schema, ({ $ref, minItems, title: _, ...rest }) => ({
    ...rest,
    ...(minItems !== undefined && minItems === rest.maxItems && { minItems }),
    // The compiler would inline a `$ref` that has a description, so the type is named here.
    ...($ref && { tsType: typeName($ref.replace('#/$defs/', '')) }),
    ...(Object.keys(rest).join() === 'description' && !$ref && { tsType: 'unknown' }),
  }));
  const text = await compile(named as JSONSchema, 'ExperimentFile', {
    additionalProperties: false,
    bannerComment: banner.join('\n'),
    strictIndexSignatures: false,
    style: { singleQuote: true, printWidth: 100 },
    unreachableDefinitions: true,
  });
  return text.replaceAll(/\n \*\n \* This interface was referenced by[\s\S]*?(?=\n \*\/)/g, '');
}

/** The compiled validator. Compiling the schema takes ajv half a second, too long for each start of the program. */
async function validator(): Promise<string> {
  const bare = mapSchema(schema, ({ description: _, default: __, ...rest }) => rest);
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    code: { source: true, esm: true },
    discriminator: true,
    inlineRefs: false,
    messages: false,
    verbose: true,
  });
  const code = standalone.default(ajv, ajv.compile(bare));
  const { code: small } = await transform(code, { minify: true, format: 'esm' });
  return [...banner, '// @ts-nocheck', small].join('\n');
}

/**
 * The schema for editors, which check a file before it is merged with the file that it extends: only a file that extends
 * none needs all keys, and `${name}` may replace any value. Lists are not merged, so their layers need all arguments.
 */
function editorSchema(): object {
  const variable = {
    description: 'A variable of `vars`.',
    type: 'string',
    pattern: '\\$\\{[^}]+\\}',
  };
  const orVariable = (value: Schema): Schema => {
    const { description, default: byDefault } = value;
    return {
      ...(description && { description }),
      ...(byDefault !== undefined && { default: byDefault }),
      anyOf: [value, { $ref: '#/$defs/variable' }],
    };
  };
  const withVariables: Change = ({ discriminator: _, oneOf, ...rest }) => ({
    ...rest,
    ...(oneOf && { anyOf: oneOf }),
    ...(rest.items && { items: orVariable(rest.items) }),
    ...(rest.properties && {
      properties: Object.fromEntries(
        Object.entries(rest.properties).map(([key, value]) => [key, orVariable(value)]),
      ),
    }),
  });
  const relaxed = mapSchema(schema, ({ required: _, ...rest }) => withVariables(rest)) as Schema;
  const listed = Object.fromEntries(
    ['layer', 'augmentation'].map((name) => [name, suggestOnce(relaxed.$defs?.[name] ?? {})]),
  );
  const layers = Object.fromEntries(
    kindsOf('layer').map((kind) => [kind, mapSchema(definition(kind), withVariables)]),
  );
  return {
    ...relaxed,
    $defs: { ...relaxed.$defs, ...listed, ...layers, variable },
    if: { required: ['extends'] },
    else: requirements(schema),
  };
}

/** The kinds of layers or augmentations that have arguments. */
function kindsOf(name: string): string[] {
  const withArguments = definition(name).anyOf?.find(({ properties }) => properties);
  return Object.keys(withArguments?.properties ?? {});
}

/** Of a kind that needs no arguments, editors suggest the bare name: they would insert `flatten: flatten` for both. */
function suggestOnce({ anyOf = [], ...rest }: Schema): object {
  const bare = anyOf.flatMap((each) => each.enum ?? []);
  const suggested = anyOf.map(({ properties, ...each }) => ({
    ...each,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([kind, value]) => [
          kind,
          bare.includes(kind) ? { ...value, doNotSuggest: true } : value,
        ]),
      ),
    }),
  }));
  return { ...rest, anyOf: suggested };
}

/** The keys that a file needs, without anything else: editors would suggest each key twice. */
function requirements(part: Schema): object {
  const { required, properties = {}, items } = dereference(part);
  const nested = Object.entries(properties).flatMap(([key, value]) => {
    const own = requirements(value);
    return Object.keys(own).length > 0 ? [[key, { ...own, doNotSuggest: true }] as const] : [];
  });
  const ofItems = items ? requirements(items) : {};
  return {
    ...(required && { required }),
    ...(nested.length > 0 && { properties: Object.fromEntries(nested) }),
    ...(Object.keys(ofItems).length > 0 && { items: ofItems }),
  };
}

type Change = (schema: Schema) => object;

/** Applies a change to a schema and all schemas in it, from the inside out. */
function mapSchema(schema: Schema, change: Change): object {
  const all = (schemas: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(
      Object.entries(schemas).map(([name, each]) => [name, mapSchema(each, change)]),
    );
  const list = (schemas: readonly Schema[]) => schemas.map((each) => mapSchema(each, change));
  const { properties, $defs, items, additionalProperties, anyOf, oneOf } = schema;
  return change({
    ...schema,
    ...(properties && { properties: all(properties) }),
    ...($defs && { $defs: all($defs) }),
    ...(items && { items: mapSchema(items, change) }),
    ...(additionalProperties && {
      additionalProperties: mapSchema(additionalProperties, change),
    }),
    ...(anyOf && { anyOf: list(anyOf) }),
    ...(oneOf && { oneOf: list(oneOf) }),
  });
}

/** The name that json-schema-to-typescript gives to the type of a definition: `Conv2D` for `conv2d`. */
function typeName(definition: string): string {
  return definition.replaceAll(/^[a-z]|(?<=\d)[a-z]/g, (letter) => letter.toUpperCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await generate())) {
    writeFileSync(new URL(path, root), text);
  }
}
