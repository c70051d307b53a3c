import { createHash } from 'node:crypto';
import type { Experiment, Json } from '../config/experiment.ts';

/** Ten hexadecimal digits that depend on all that shapes the result, so not on the experiment's name. */
export function runId({ name: _, ...rest }: Experiment): string {
  const text = JSON.stringify(rest, (_key, value: Json) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
