import { createHash } from 'node:crypto';
import type { Json } from '../common/json.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Contents } from './contents.ts';

/** No local files. */
export const NO_FILES: Contents = { data: null, weights: null, model: null };

/**
 * Ten hexadecimal digits that depend on all that shapes the result: the resolved experiment without its name
 * and how often it is saved, and what its files hold, wherever they are. Runs of one id give one result.
 */
export function runId(
  { name: _, checkpoint: __, ...rest }: Experiment,
  contents: Contents,
): string {
  return canonicalHash({ ...rest, ...byContent(rest, contents) }).slice(0, 10);
}

/** Data and model, with what their files hold in place of where these are. */
export function byContent(
  { data, model }: Pick<Experiment, 'data' | 'model'>,
  contents: Contents,
): Pick<Experiment, 'data'> & { readonly model: object & { readonly backbone: object } } {
  const { backbone } = model;
  const saved = contents.model && { kind: 'model', content: contents.model };
  return {
    data: { ...data, source: contents.data ?? data.source },
    model: {
      ...model,
      backbone: {
        ...backbone,
        from: saved ?? backbone.from,
        weights: contents.weights ?? backbone.weights,
      },
    },
  };
}

/** SHA-256 in hexadecimal digits, whatever the order of names in it. */
export function canonicalHash(content: object): string {
  const text = JSON.stringify(content, (_key, value: Json) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}
