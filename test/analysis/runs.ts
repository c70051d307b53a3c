import type { ComparedRun, Status } from '../../src/analysis/compared-run.ts';
import type { Json } from '../../src/common/json.ts';

/** A run with these settings that gave this value of `val_accuracy`; none: it failed. */
export function runWith(
  settings: Readonly<Record<string, Json>>,
  value: number | null,
  status: Status = value === null ? 'failed' : 'finished',
): ComparedRun {
  return {
    facts: { run: `sweep/${JSON.stringify(settings)}`, status },
    settings,
    metrics: value === null ? {} : { val_accuracy: value },
  };
}
