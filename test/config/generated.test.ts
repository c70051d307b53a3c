import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { generate } from '../../schemas/generate.ts';
import { experimentSchema, type Schema } from '../../src/experiment/schema.ts';

describe('a generated file', () => {
  let texts: Readonly<Record<string, string>>;
  before(async () => {
    texts = await generate();
  });

  for (const path of [
    'src/experiment/file-types.ts',
    'src/experiment/schema-validator.ts',
    'schemas/REFERENCE.md',
    'schemas/editor.schema.json',
  ]) {
    it(`${path} is up to date (npm run generate)`, () => {
      const written = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
      expect(written === texts[path]).to.equal(true);
    });
  }
});

describe("the editor's schema", () => {
  const root = new URL('../../', import.meta.url);
  const text = readFileSync(new URL('schemas/editor.schema.json', root), 'utf8');
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const validate = ajv.compile(JSON.parse(text));
  const judged = (yaml: string) => (validate(parse(yaml)) ? [] : (validate.errors ?? []));

  for (const name of readdirSync(new URL('configs', root)).filter((each) => /yaml$/.test(each))) {
    it(`accepts ${name}`, () => {
      expect(judged(readFileSync(new URL(`configs/${name}`, root), 'utf8'))).to.deep.equal([]);
    });
  }

  it('accepts variables, and incomplete files that extend another', () => {
    const part = `extends: base.yaml\nphases: [{ name: head, epochs: "$\{epochs}", optimizer: {} }]`;
    expect(judged(part)).to.deep.equal([]);
  });

  it('rejects wrong keys and wrong values', () => {
    expect(judged('extends: base.yaml\nsead: 1')).not.to.deep.equal([]);
    expect(judged('phases: [{ epochs: many }]')).not.to.deep.equal([]);
  });
});

describe('the schema', () => {
  /** Yields all schemas within a schema, with their paths. */
  function* within(schema: Schema, path = '#'): Generator<[string, Schema]> {
    yield [path, schema];
    for (const key of ['properties', '$defs'] as const) {
      for (const [name, each] of Object.entries(schema[key] ?? {})) {
        yield* within(each, `${path}/${key}/${name}`);
      }
    }
    for (const key of ['items', 'additionalProperties'] as const) {
      const inner = schema[key];
      if (inner) yield* within(inner, `${path}/${key}`);
    }
    for (const key of ['anyOf', 'oneOf'] as const) {
      for (const [i, each] of (schema[key] ?? []).entries())
        yield* within(each, `${path}/${key}/${i}`);
    }
  }
  const all = [...within(experimentSchema())];

  it('describes every property', () => {
    const silent = all.filter(([, { description, $ref }]) => !description && !$ref);
    expect(silent.map(([path]) => path)).to.deep.equal([]);
  });

  it('allows no unknown key in any map', () => {
    const open = all.filter(([, each]) => each.properties && each.additionalProperties !== false);
    expect(open.map(([path]) => path)).to.deep.equal([]);
  });

  it('has a default for each key that is optional, unless its description explains the absence', () => {
    const without = all.flatMap(([path, { properties = {}, required = [], maxProperties }]) =>
      maxProperties === 1
        ? []
        : Object.entries(properties)
            .filter(([name, each]) => !required.includes(name) && !hasDefault(each))
            .map(([name]) => `${path}/${name}`),
    );
    expect(without.filter((path) => !explained.test(path))).to.deep.equal([]);
  });

  /** Optional keys without a default. Their descriptions explain the absence. */
  const explained =
    /^#\/(extends|sweep)$|backbone\/(name|layers|model|run)$|sweepParameter\/(values|min|max)$|\/evaluate$/;

  function hasDefault({ default: value, description = '', $ref }: Schema): boolean {
    if (value !== undefined || description.includes('Default:')) return true;
    const definition = $ref && experimentSchema().$defs?.[$ref.replace('#/$defs/', '')];
    return definition ? hasDefault(definition) : false;
  }
});
