import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { loadExperiment } from '../../../src/load-experiment.ts';
import { planExperiment, planSweep } from '../../../src/plan-experiment.ts';
import { runModelsIn } from '../../../src/runs/run-models.ts';
import { type Edit, editBytes, edits } from '../mutations.ts';
import { target } from '../target.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The example experiments and the wrong files of the tests, each as text. */
function seeds(): string[] {
  return ['configs', 'test/config/wrong'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
}

/** Loads and plans an experiment as `check` does. */
async function check(file: string): Promise<void> {
  const loaded = await loadExperiment(file, { set: [], setFile: [] });
  const findRunModel = runModelsIn(join(root, 'runs'));
  await planExperiment(loaded, findRunModel);
  if (loaded.sweep) await planSweep(loaded, findRunModel);
}

async function prepareFiles(folder: string) {
  await mkdir(join(folder, 'wrong'));
  await writeFile(join(folder, 'base.yaml'), readFileSync(join(root, 'test/config/base.yaml')));
  return join(folder, 'wrong', 'experiment.yaml');
}

/** What stands for a value that YAML cannot express in JSON. */
const RAW: Readonly<Record<string, string>> = {
  RAW0: '!!binary aGk=',
  RAW1: '*nothing',
  RAW2: '.inf',
  RAW3: '.nan',
  RAW4: `${'{vars.nothing}'}`,
  RAW5: '0x1F',
  RAW6: '"\\u0000"',
  RAW7: '',
};

const word = fc.constantFrom(
  ...['name', 'layers', 'sweep', 'seeds', 'toString', 'constructor', 'freeze', 'values', 'inputs'],
  ...['dense', 'flatten', 'conv2d', 'adam', 'softmax', 'vars.x', 'phases.0.epochs', 'model.head'],
);
const scalar = fc.oneof(
  fc.constantFrom(...Object.keys(RAW)),
  fc.constantFrom(
    0,
    -1,
    1,
    0.5,
    5,
    1e30,
    1e-30,
    4294967296,
    2 ** 53,
    -0,
    1000,
    null,
    true,
    '',
    ' ',
  ),
  word,
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.double({ noNaN: true }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

type Change = 'replace' | 'remove' | 'wrap' | 'double' | 'rename' | 'move';

interface ValueEdit {
  readonly at: number;
  readonly change: Change;
  readonly value: unknown;
  readonly key: string;
}

const valueEdits: fc.Arbitrary<ValueEdit[]> = fc.array(
  fc.record({
    at: fc.nat(10_000),
    change: fc.constantFrom<Change>(
      'replace',
      'replace',
      'remove',
      'wrap',
      'double',
      'rename',
      'move',
    ),
    value,
    key: word,
  }),
  { minLength: 1, maxLength: 4 },
);

type Container = Record<string | number, unknown>;

/** Lists every value with the map or list that contains it. */
function places(root: Container): { parent: Container; key: string | number }[] {
  return Object.keys(root).flatMap((key) => {
    const child = root[key];
    const own = { parent: root, key: Array.isArray(root) ? Number(key) : key };
    return typeof child === 'object' && child !== null
      ? [own, ...places(child as Container)]
      : [own];
  });
}

function applyEdit(root: Container, { at, change, value, key: other }: ValueEdit): void {
  const all = places(root);
  const place = all[at % Math.max(1, all.length)];
  if (!place) return;
  const { parent, key } = place;
  const before = parent[key];
  if (change === 'replace') parent[key] = value;
  if (change === 'wrap') parent[key] = at % 2 ? [before] : { [other]: before };
  if (change === 'double') parent[key] = [before, structuredClone(before)];
  if (change === 'rename' && !Array.isArray(parent)) parent[other] = before;
  if (change === 'move') parent[key] = structuredClone(all[(at * 7) % all.length]?.parent ?? null);
  if (change === 'remove' || (change === 'rename' && !Array.isArray(parent))) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }
}

export const configurationsByStructure = target<{ base: number; changes: ValueEdit[] }>({
  name: 'configurations by structure',
  weight: 30,
  async prepare(folder) {
    const file = await prepareFiles(folder);
    const texts = seeds().filter((text) => isMap(text));
    return {
      cases: fc.record({ base: fc.nat(texts.length - 1), changes: valueEdits }),
      async run({ base, changes }) {
        const root = parse(texts[base] ?? '', { logLevel: 'silent' }) as Container;
        for (const change of changes) applyEdit(root, change);
        const text = stringify(root, { aliasDuplicateObjects: false });
        await writeFile(
          file,
          text.replaceAll(/\bRAW\d\b/g, (name) => RAW[name] ?? name),
        );
        await check(file);
      },
    };
  },
});

function isMap(text: string): boolean {
  try {
    // Files with loops of aliases are for the target by byte.
    const value = JSON.parse(JSON.stringify(parse(text, { logLevel: 'silent' })));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export const configurationsByByte = target<{ base: number; changes: Edit[] }>({
  name: 'configurations by byte',
  weight: 30,
  async prepare(folder) {
    const file = await prepareFiles(folder);
    const texts = seeds().map((text) => Buffer.from(text));
    return {
      cases: fc.record({ base: fc.nat(texts.length - 1), changes: edits() }),
      async run({ base, changes }) {
        await writeFile(file, editBytes(texts[base] ?? Buffer.alloc(0), changes));
        await check(file);
      },
    };
  },
});
