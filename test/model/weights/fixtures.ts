import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WeightEntry } from '../../../src/model/weights/format.ts';
import type { LayerWeights } from '../../../src/model/weights/match.ts';

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
