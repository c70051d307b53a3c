import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { transform } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { experimentSchema, type Schema } from '../src/experiment/schema.ts';
import { reference } from './reference.ts';

/**
 * Writes what is made from `experiment.schema.json`: `npm run generate`. A test fails when a
 * file differs from what this would write.
 */

const root = new URL('../', import.meta.url);
const schema = experimentSchema();
const banner = [
  '// Made from schemas/experiment.schema.json by schemas/generate.ts: change those.',
  '// biome-ignore-all lint: generated',
  '// biome-ignore-all format: generated',
  '// biome-ignore-all assist: generated',
];

/** Text of each file that is made from the schema, by its path from the root of the repository. */
export async function generate(): Promise<Readonly<Record<string, string>>> {
  return {
    'src/experiment/file-types.ts': await types(),
    'src/experiment/schema-validator.ts': await validator(),
    'schemas/REFERENCE.md': reference(schema),
    'schemas/editor.schema.json': `${JSON.stringify(editorSchema())}\n`,
  };
}

async function types(): Promise<string> {
  const named = mapSchema(schema, ({ $ref, minItems, title: _, ...rest }) => ({
    ...rest,
    ...(minItems !== undefined && minItems === rest.maxItems && { minItems }),
    // A `$ref` with a description beside it would be copied, not referred to.
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

/** Compiling the schema takes ajv half a second, so that is done here and not at each start. */
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
 * For editors, which see a file as it is written: `${name}` may stand for any value, and what is missing may be
 * in a file that it extends.
 */
function editorSchema(): object {
  const variable = { description: 'A value of `vars`.', type: 'string', pattern: '\\$\\{[^}]+\\}' };
  const orVariable = (value: Schema): Schema => {
    const { description, default: usual } = value;
    const said = {
      ...(description && { description }),
      ...(usual !== undefined && { default: usual }),
    };
    return { ...said, anyOf: [value, { $ref: '#/$defs/variable' }] };
  };
  const written = mapSchema(schema, ({ required: _, discriminator: __, oneOf, ...rest }) => ({
    ...rest,
    ...(oneOf && { anyOf: oneOf }),
    ...(rest.items && { items: orVariable(rest.items) }),
    ...(rest.properties && {
      properties: Object.fromEntries(
        Object.entries(rest.properties).map(([key, value]) => [key, orVariable(value)]),
      ),
    }),
  })) as Schema;
  return { ...written, $defs: { ...written.$defs, variable } };
}

type Change = (schema: Schema) => object;

/** A schema with each schema in it changed, the inner ones first. */
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

/** json-schema-to-typescript's name of a definition's type: `Conv2D` for `conv2d`. */
function typeName(definition: string): string {
  return definition.replaceAll(/^[a-z]|(?<=\d)[a-z]/g, (letter) => letter.toUpperCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(await generate())) {
    writeFileSync(new URL(path, root), text);
  }
}
