import { type ComparedRun, STATUSES } from '../analysis/compared-run.ts';
import { alignColumns, countOf } from '../common/format.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { columnName, formatMetric } from '../experiment/metrics.ts';
import { findExperimentFolder, readComparedRuns } from '../runs/compared.ts';
import { findRun } from '../runs/find.ts';
import { readShownRun, type ShownRun } from '../runs/listed.ts';

export interface ShowOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly json?: boolean;
}

/**
 * `cifar-run show RUN`: shows the experiment, phases, metrics and files of a run; of an experiment or a sweep, how many
 * runs it has in each state, and their table.
 */
export async function showCommand(reference: string, { runs, json }: ShowOptions): Promise<void> {
  if ((await findExperimentFolder(reference, runs)) !== null) {
    const compared = await readComparedRuns([reference], runs);
    if (!json) process.stdout.write(`${countStates(compared.runs)}\n\n`);
    const { printComparison } = await import('./compare.ts');
    printComparison(compared, { json: json ?? false });
    return;
  }
  const run = await readShownRun(await findRun(reference, runs));
  const lines = json ? [JSON.stringify(run, null, 2)] : describe(run);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** `18 runs: 15 finished, 3 failed` */
function countStates(runs: readonly ComparedRun[]): string {
  const counts = STATUSES.map((state) => [
    runs.filter(({ facts }) => facts.status === state).length,
    state,
  ]).filter(([count]) => count);
  return `${countOf(runs.length, 'run')}: ${counts.map((each) => each.join(' ')).join(', ')}`;
}

function describe({ folder, status, experiment, epochs, metrics, files }: ShownRun): string[] {
  return [
    folder,
    '',
    `status   ${status?.state ?? 'interrupted'}${status?.error ? `: ${status.error}` : ''}`,
    ...(status ? [`time     ${status.started}${status.ended ? ` to ${status.ended}` : ''}`] : []),
    ...(status?.failedArtifacts ?? []).map(
      ({ name, error }) => `missing  ${name}: ${error} (cifar-run artifacts writes it again)`,
    ),
    ...(experiment ? describeExperiment(experiment) : []),
    '',
    ...phaseTable(experiment, epochs),
    ...section('finished model', resultRows(metrics)),
    ...section(
      'files',
      files.map(({ name, bytes }) => [name, `${bytes} B`]),
    ),
  ];
}

function describeExperiment({ data, model, seed }: ExperimentFile): string[] {
  const { backbone } = model;
  const origin = backbone.name ?? backbone.model ?? backbone.run ?? 'layers of the file';
  return [
    `data     ${data.dataset}, preprocess ${data.preprocess}`,
    `model    ${origin}, weights ${backbone.weights ?? 'its own'}, ${model.head.length} head layers`,
    `seed     ${seed}`,
  ];
}

/** One row for each phase, with its last epoch. */
function phaseTable(experiment: ExperimentFile | null, epochs: ShownRun['epochs']): string[] {
  const names = Object.keys(epochs[0]?.validation ?? {});
  const planned = new Map(experiment?.phases.map(({ name, epochs }) => [name, epochs]));
  const rows = [...new Set(epochs.map(({ phase }) => phase))].map((phase) => {
    const own = epochs.filter((epoch) => epoch.phase === phase);
    const last = own.at(-1);
    const seconds = own.reduce((sum, epoch) => sum + epoch.seconds, 0);
    return [
      phase,
      `${own.length} of ${planned.get(phase) ?? '?'}`,
      ...names.map((name) => formatMetric(name, last?.validation[name] ?? null)),
      `${Math.round(seconds)} s`,
    ];
  });
  if (rows.length === 0) return ['no finished epoch'];
  const head = ['phase', 'epochs', ...names.map((name) => columnName(name, 'validation')), 'time'];
  return alignColumns(
    [head, ...rows],
    ['left', 'right', ...names.map(() => 'right' as const), 'right'],
  );
}

function resultRows(metrics: ShownRun['metrics']): string[][] {
  return Object.entries(metrics).map(([name, value]) => [name, formatMetric(name, value)]);
}

function section(title: string, rows: readonly string[][]): string[] {
  return rows.length === 0 ? [] : ['', title, ...alignColumns(rows, ['left', 'right'])];
}
