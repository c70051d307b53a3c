import { RunError } from '../common/errors.ts';
import { alignColumns, countOf } from '../common/format.ts';
import type { Overrides } from '../config/overrides.ts';
import type { Dataset, LoadContext } from '../data/dataset.ts';
import { datasetKind } from '../data/datasets/table.ts';
import { damagedPaths } from '../data/inspect/inspect.ts';
import { loadData } from '../data/load.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { loadExperiment } from '../load-experiment.ts';
import { readImageShape } from '../plan-experiment.ts';
import { chooseProgress, silentProgress } from '../progress/display.ts';
import type { Progress, Step } from '../progress/progress.ts';
import { runModelsIn } from '../runs/run-models.ts';

export interface DataOptions extends Overrides {
  readonly runs: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/** `cifar-run data fetch FILE`: downloads the data of an experiment and prints its classes and sizes. */
export async function fetchCommand(file: string, options: DataOptions): Promise<void> {
  const source = await openDataSource(file, options);
  const { data } = source.experiment;
  const { classNames, train, test } = await source.progress.step('Data', (step) =>
    datasetKind(data.dataset).open(data, source.loadContext(step)),
  );
  const result = {
    dataset: data.dataset,
    source: data.source,
    classes: classNames,
    images: { train: train.labels.length, test: test?.labels.length ?? null },
  };
  const rows = [
    ['dataset', data.dataset],
    ['classes', `${classNames.length}: ${classNames.join(', ')}`],
    ['train', `${train.labels.length} images`],
    ['test', test ? `${test.labels.length} images` : 'none'],
  ];
  print(options, result, alignColumns(rows, ['left', 'left']));
}

/**
 * `cifar-run data check FILE`: reads every image of an experiment and reports those that are broken or damaged.
 * @throws RunError after the report if an image is broken and the experiment does not skip it.
 */
export async function checkDataCommand(file: string, options: DataOptions): Promise<void> {
  const source = await openDataSource(file, options);
  const data = await loadAllImages(source);
  const { classNames, train, validation, broken } = data;
  const damaged = damagedPaths([train, validation]);
  const images = { train: train.labels.length, validation: validation.labels.length };
  print(options, { classes: classNames, images, broken, damaged }, [
    ...broken.map(({ path, reason }) => `${path}: ${reason}`),
    ...damaged.map((path) => `${path}: damaged; its readable part is used`),
    `${images.train} training and ${images.validation} validation images of ${classNames.length} classes are readable`,
  ]);
  if (broken.length === 0 || source.experiment.data.broken === 'skip') return;
  const count = countOf(broken.length, 'image');
  throw new RunError(`${count} cannot be read; repair them or set data.broken: skip`);
}

/** The data of an experiment, not loaded yet. */
export interface DataSource {
  readonly experiment: Experiment;
  readonly progress: Progress;
  /** The context for loading data within a step of the progress. */
  readonly loadContext: (step: Step) => LoadContext;
}

/** Loads an experiment, without its data. */
export async function openDataSource(file: string, options: DataOptions): Promise<DataSource> {
  const { runs, signal, json } = options;
  const loaded = await loadExperiment(file, options);
  const imageShape = await readImageShape(loaded, runModelsIn(runs));
  return {
    experiment: loaded.experiment,
    progress: json ? silentProgress : await chooseProgress(),
    loadContext: (step) => ({ imageShape, signal, ...step }),
  };
}

/** Loads all images of an experiment. Broken ones are skipped and counted. */
export function loadAllImages({ experiment, progress, loadContext }: DataSource): Promise<Dataset> {
  const config = { ...experiment.data, broken: 'skip' } as const;
  return progress.step('Data', (step) =>
    loadData(config, experiment.seed, { ...loadContext(step), note: () => {} }),
  );
}

/** Prints the result as JSON or as text. */
export function print({ json }: DataOptions, result: unknown, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${lines.join('\n')}\n`);
}
