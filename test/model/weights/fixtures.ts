import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WeightEntry } from '../../../src/model/weights/format.ts';
import type { LayerWeights } from '../../../src/model/weights/match.ts';

/** A file that `fixtures/make_fixtures.py` wrote with the real libraries. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Layer to weight to what Keras holds there. */
type Expected = Record<string, Record<string, { shape: number[]; first: number }>>;

const all = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as Record<string, Expected>;

/** The weights of the model behind a fixture, by layer in Keras' order. */
export function expectedWeights(name: string): Expected {
  return all[name] ?? {};
}

export function layersOfExpected(expected: Expected): LayerWeights[] {
  return Object.entries(expected).map(([layer, weights]) => ({
    layer,
    weights: Object.entries(weights).map(([weight, { shape }]) => ({ name: weight, shape })),
  }));
}

/** What matching found, in the form of `expected.json`; each weight counts up by thousandths. */
export async function readBack(
  expected: Expected,
  matched: ReadonlyMap<string, readonly WeightEntry[]>,
): Promise<{ values: Expected; countsUp: boolean }> {
  let countsUp = true;
  const values: Expected = {};
  for (const [layer, entries] of matched) {
    const names = Object.keys(expected[layer] ?? {});
    values[layer] = {};
    for (const [i, entry] of entries.entries()) {
      const numbers = await entry.read();
      const [first = Number.NaN] = numbers;
      countsUp &&= numbers.every((each, k) => Math.abs(each - first - k / 1000) < 1e-4);
      values[layer][names[i] ?? ''] = { shape: [...entry.shape], first };
    }
  }
  return { values, countsUp };
}
