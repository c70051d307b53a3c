import type { StoredEntry } from '../cache/entry.ts';
import { openStore } from '../cache/store.ts';
import { InputError, RunError } from '../common/errors.ts';
import { alignColumns } from '../common/format.ts';
import type { Overrides } from '../config/overrides.ts';
import type { Dataset, LoadContext } from '../data/dataset.ts';
import { datasetKind } from '../data/datasets/table.ts';
import { damagedPaths } from '../data/inspect/inspect.ts';
import { loadData } from '../data/load.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { loadExperiment } from '../load-experiment.ts';
import { planExperiment } from '../plan-experiment.ts';
import { chooseProgress, type Progress, type Step } from '../progress/progress.ts';
import { runModelsIn } from '../runs/find.ts';

/** What can be done with the data of an experiment; each is loaded when it is asked for. */
const actions: Readonly<Record<string, () => Promise<DataAction>>> = {
  fetch: async () => fetchData,
  check: async () => checkData,
  inspect: async () => (await import('./data-inspect.ts')).inspectData,
  preview: async () => (await import('./data-preview.ts')).previewData,
};

export interface DataOptions extends Overrides {
  readonly runs: string;
  readonly json?: boolean;
  /** The image that `preview` writes. */
  readonly out?: string;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/**
 * `cifar-run data ACTION FILE`: what the data of an experiment are, as a table or as JSON.
 * `cifar-run data cache [list|clear]`: what is kept for the next start.
 * @throws RunError when `check` finds images that cannot be read.
 */
export async function dataCommand(
  name: string,
  file: string | undefined,
  options: DataOptions,
): Promise<void> {
  if (name === 'cache') {
    return cacheCommand(file ?? 'list', options);
  }
  const action = actions[name];
  if (!action)
    throw new InputError(
      `unknown action of data: ${name}; known are ${Object.keys(actions).join(', ')}, cache`,
    );
  if (file === undefined) throw new InputError(`data ${name} takes an experiment file`);
  const loaded = await loadExperiment(file, options);
  const { plan } = await planExperiment(loaded, runModelsIn(options.runs));
  const { signal, json, verbose = false, out } = options;
  const progress = json ? silent : await chooseProgress();
  const run = await action();
  const { result, lines, failure } = await run({
    experiment: loaded.experiment,
    out: out ?? `${loaded.experiment.name}-preview.png`,
    verbose,
    progress,
    load: (step) => ({ imageShape: plan.imageShape, signal, ...step }),
  });
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${lines.join('\n')}\n`);
  if (failure) throw failure;
}

/** So that nothing but JSON is written. */
const silent: Progress = {
  step: (_, run) => run({ report: () => {}, note: () => {} } satisfies Partial<LoadContext>),
};

export interface DataActionContext {
  readonly experiment: Experiment;
  /** Path of the image that `preview` writes. */
  readonly out: string;
  readonly verbose: boolean;
  readonly progress: Progress;
  /** What loading data needs, within a step of the progress. */
  readonly load: (step: Step) => LoadContext;
}

export interface DataActionResult {
  /** For `--json`. */
  readonly result: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** Ends the program after the result has been shown. */
  readonly failure?: Error;
}

export type DataAction = (context: DataActionContext) => Promise<DataActionResult>;

/**
 * `cifar-run data cache [list|clear]`: what was computed once and is kept for the next start, and how much of
 * it there may be; or removes what no process uses.
 */
async function cacheCommand(action: string, { json }: { json?: boolean }): Promise<void> {
  const store = openStore();
  if (action !== 'list' && action !== 'clear')
    throw new InputError(`data cache: list or clear. Received: "${action}"`);
  const entries = action === 'list' ? await store.list() : await store.clear();
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const { folder, limit } = store;
  if (json) {
    const result = { folder, limit, bytes, [action === 'list' ? 'entries' : 'removed']: entries };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const all = `${megabytes(bytes)} of at most ${megabytes(limit)} MB in ${folder} (CIFAR_RUN_CACHE_SIZE, CIFAR_RUN_CACHE)`;
  const lines = action === 'list' ? [...table(entries), all] : [`removed ${megabytes(bytes)} MB`];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function table(entries: readonly StoredEntry[]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ label, bytes, used, held }) => [
    label,
    megabytes(bytes),
    `${new Date(used).toISOString().slice(0, 16)}Z`,
    held ? 'in use' : '',
  ]);
  return alignColumns(
    [['kept', 'MB', 'last used', ''], ...rows],
    ['left', 'right', 'left', 'left'],
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Reads every image of the experiment and names each that cannot be read, or that is damaged. */
const checkData: DataAction = async (context) => {
  const data = await loadAll(context);
  const { classNames, train, validation, broken } = data;
  const damaged = damagedPaths(data);
  const images = { train: train.labels.length, validation: validation.labels.length };
  const read = `${images.train} images to train on and ${images.validation} to validate on, of ${classNames.length} classes, can be read`;
  const lines = [
    ...broken.map(({ path, reason }) => `${path}: ${reason}`),
    ...damaged.map((path) => `${path}: damaged; a run takes what can be made of it`),
    read,
  ];
  const result = { classes: classNames, images, broken, damaged };
  const stops = broken.length > 0 && context.experiment.data.broken === 'stop';
  if (!stops) return { result, lines };
  const count = `${broken.length} ${broken.length === 1 ? 'image' : 'images'}`;
  return { result, lines, failure: new RunError(`${count} cannot be read`) };
};

/** Downloads the data where they are not there yet, and says what they hold; decodes nothing. */
const fetchData: DataAction = async ({ experiment, progress, load }) => {
  const { data } = experiment;
  const { classNames, train, test } = await progress.step('Data', (step) =>
    datasetKind(data.dataset).open(data, load(step)),
  );
  const result = {
    dataset: data.dataset,
    source: data.source,
    classes: classNames,
    images: { train: train.labels.length, test: test?.labels.length ?? null },
  };
  const rows = [
    ['data set', data.dataset],
    ['classes', `${classNames.length}: ${classNames.join(', ')}`],
    ['to train on', `${train.labels.length} images`],
    ['held out', test ? `${test.labels.length} images` : 'none'],
  ];
  return { result, lines: alignColumns(rows, ['left', 'left']) };
};

/** The images of the experiment; broken ones are counted, so that all of them can be told of. */
export function loadAll({ experiment, progress, load }: DataActionContext): Promise<Dataset> {
  const config = { ...experiment.data, broken: 'skip' } as const;
  return progress.step('Data', (step) =>
    loadData(config, experiment.seed, { ...load(step), note: () => {} }),
  );
}
