import type { ComparedRun, Status } from '../../src/analysis/compared-run.ts';
import type { DiffedRun } from '../../src/analysis/diff.ts';
import type { Json } from '../../src/common/json.ts';

/** A run with these settings and this `val_accuracy`; a failed run without a value. */
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

/** A finished run without files, except for the given values. */
export function diffedRun(values: Partial<DiffedRun>): DiffedRun {
  return {
    name: 'run',
    state: 'finished',
    settings: {},
    inputs: { 'training images': 24 },
    environment: { node: 'v24' },
    epochs: {},
    metrics: {},
    curves: {},
    predictions: null,
    images: { data: 'd1', validation: null },
    replicates: new Map(),
    ...values,
  };
}
