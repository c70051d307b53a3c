import { InputError } from '../common/errors.ts';
import { alignColumns } from '../common/format.ts';
import { formatMetric, metricOf, rank, VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import { RUN_STATES } from '../run-folder/status.ts';
import { type ListedRun, readListedRun } from '../runs/listed.ts';
import { listRuns } from '../runs/places.ts';

export interface ListOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly status?: string;
  /** The metric to sort by, the best first. */
  readonly best?: string;
  readonly json?: boolean;
}

/**
 * `cifar-run list [EXPERIMENT]`: lists runs, the latest first.
 * @throws InputError if the status does not exist.
 */
export async function listCommand(
  experiment: string | undefined,
  { runs, status, best, json }: ListOptions,
): Promise<void> {
  if (status !== undefined && !RUN_STATES.some((state) => state === status)) {
    throw new InputError(`--status takes one of ${RUN_STATES.join(', ')}. Received: ${status}`);
  }
  const places = await listRuns(runs, experiment);
  const all = await Promise.all(places.reverse().map(readListedRun));
  const chosen = all.filter(({ state }) => status === undefined || state === status);
  const ranked =
    best === undefined ? chosen : rank(chosen, metricOf(best).goal, ({ metrics }) => metrics[best]);
  const lines = json
    ? [JSON.stringify(ranked, null, 2)]
    : table(ranked, best ?? VALIDATION_ACCURACY);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function table(runs: readonly ListedRun[], metric: string): string[] {
  if (runs.length === 0) return ['no runs'];
  const rows = runs.map(({ experiment, id, started, state, epochs, metrics }) => [
    experiment,
    id,
    started.replace('T', ' '),
    state,
    String(epochs),
    metrics[metric] === undefined ? '' : formatMetric(metric, metrics[metric]),
  ]);
  const damaged = runs.flatMap(({ state, error }) => (state === 'damaged' ? [error ?? ''] : []));
  const lines = alignColumns(
    [['experiment', 'id', 'started', 'status', 'epochs', metric], ...rows],
    ['left', 'left', 'left', 'left', 'right', 'right'],
  );
  return damaged.length === 0 ? lines : [...lines, '', ...damaged];
}
