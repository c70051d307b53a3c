import { createHash } from 'node:crypto';
import type { Experiment, Json } from '../config/experiment.ts';
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
  const { data, model } = rest;
  const { backbone } = model;
  const saved = contents.model && { kind: 'model', content: contents.model };
  const content = {
    ...rest,
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
  const text = JSON.stringify(content, (_key, value: Json) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
