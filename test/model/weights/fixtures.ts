import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import type { WeightEntry } from '../../../src/model/weights/format.ts';
import type { LayerWeights } from '../../../src/model/weights/match.ts';
import { openWeights } from '../../../src/model/weights/open.ts';

/** Returns the path of a file that `fixtures/make_fixtures.py` wrote with the original libraries. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The shape and first value of each weight in Keras, by layer. */
type Expected = Record<string, Record<string, { shape: number[]; first: number }>>;

const all = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Record<string, Expected>;

/** Returns the weights of the model of a fixture, by layer in the order of Keras. */
export function expectedWeights(name: string): Expected {
  return all[name] ?? {};
}

export function layersOfExpected(expected: Expected): LayerWeights[] {
  return Object.entries(expected).map(([layer, weights]) => ({
    layer,
    weights: Object.entries(weights).map(([weight, { shape }]) => ({ name: weight, shape })),
  }));
}

/** Reads matched weights in the form of `expected.json`. The values of each weight increase by 0.001. */
export async function readBack(
  expected: Expected,
  matched: ReadonlyMap<string, readonly WeightEntry[]>,
): Promise<{ values: Expected; increases: boolean }> {
  let increases = true;
  const values: Expected = {};
  for (const [layer, entries] of matched) {
    const names = Object.keys(expected[layer] ?? {});
    values[layer] = {};
    for (const [i, entry] of entries.entries()) {
      const data = await entry.read();
      const [first = Number.NaN] = data;
      increases &&= data.every((each, k) => Math.abs(each - first - k / 1000) < 1e-4);
      values[layer][names[i] ?? ''] = { shape: [...entry.shape], first };
    }
  }
  return { values, increases };
}

/** Opens a weight file and reads all its weights. */
export async function readAll(path: string) {
  const file = await openWeights(path);
  try {
    const read = file.entries.map(async ({ layer, name, shape, read }) => {
      const key = layer === '' ? name : `${layer}.${name}`;
      return [key, { shape, values: [...(await read())] }] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  } finally {
    await file.close();
  }
}

/** Opens a weight file, reads all its weights, and returns the message of the `InputError`. */
export async function errorOfReading(path: string): Promise<string> {
  const error = await readAll(path).then(
    () => new Error('no error was thrown'),
    (reason: Error) => reason,
  );
  expect(error).to.be.instanceOf(InputError);
  return error.message;
}
