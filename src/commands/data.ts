import { loadExperiment } from '../config/load.ts';
import type { Overrides } from '../config/overrides.ts';
import type { LoadContext } from '../data/dataset.ts';
import { InputError } from '../errors.ts';
import { planExperiment } from '../plan/experiment.ts';
import { chooseProgress } from '../progress/choose.ts';
import type { Progress } from '../progress/progress.ts';
import type { DataAction } from './data/action.ts';

/** What can be done with the data of an experiment; each is loaded when it is asked for. */
const actions: Readonly<Record<string, () => Promise<DataAction>>> = {
  fetch: async () => (await import('./data/fetch.ts')).fetchData,
  check: async () => (await import('./data/check.ts')).checkData,
  inspect: async () => (await import('./data/inspect.ts')).inspectData,
  preview: async () => (await import('./data/preview.ts')).previewData,
};

export interface DataOptions extends Overrides {
  readonly json?: boolean;
  /** The picture that `preview` writes. */
  readonly out?: string;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/**
 * `cifar-run data ACTION FILE`: what the data of an experiment are, as a table or as JSON.
 * `cifar-run data cache [list|clear]`: what is kept for the next start.
 * @throws RunError when `check` finds pictures that cannot be read.
 */
export async function dataCommand(
  name: string,
  file: string | undefined,
  options: DataOptions,
): Promise<void> {
  if (name === 'cache') {
    const { cacheCommand } = await import('./data/cache.ts');
    return cacheCommand(file ?? 'list', options);
  }
  const action = actions[name];
  if (!action)
    throw new InputError(
      `unknown action of data: ${name}; known are ${Object.keys(actions).join(', ')}, cache`,
    );
  if (file === undefined) throw new InputError(`data ${name} takes an experiment file`);
  const loaded = await loadExperiment(file, options);
  const { plan } = await planExperiment(loaded);
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
