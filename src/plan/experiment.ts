import { InputError } from '../common/errors.ts';
import type { LoadedExperiment } from '../config/load.ts';
import { datasetKind } from '../data/datasets/table.ts';
import { buildGraph } from '../model/build-graph.ts';
import type { Graph } from '../model/graph.ts';
import { type FindRunModel, type ModelSource, readSource } from '../model/source.ts';
import { findProblems } from '../rules/network.ts';
import { readContents } from './contents.ts';
import { type Plan, planRun } from './plan.ts';

export interface PlannedExperiment {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly source: ModelSource | null;
}

/**
 * Plans what a file states, with what is known without reading its data.
 * @throws InputError with one line for each thing that is wrong, at its place in the file.
 */
export async function planExperiment(
  loaded: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<PlannedExperiment> {
  const { experiment } = loaded;
  const source = await sourceOf(loaded, findRunModel);
  const context = {
    classNames: datasetKind(experiment.data.dataset).classNames ?? null,
    source: source?.graph ?? null,
  };
  const problems = findProblems(experiment, context);
  if (problems.length > 0) throw loaded.problemsAt(problems);
  return {
    plan: planRun(experiment, context, await readContents(experiment, source?.path ?? null)),
    graph: buildGraph(experiment.model, context.source),
    source,
  };
}

/**
 * Holds what was planned to the classes that the data turned out to have.
 * @throws InputError when the network does not fit them.
 */
export function checkClasses(
  { experiment, problemsAt }: LoadedExperiment,
  source: ModelSource | null,
  classNames: readonly string[],
): void {
  const problems = findProblems(experiment, { classNames, source: source?.graph ?? null });
  if (problems.length > 0) throw problemsAt(problems);
}

async function sourceOf(
  { experiment, problemsAt }: LoadedExperiment,
  findRunModel: FindRunModel,
): Promise<ModelSource | null> {
  const { backbone } = experiment.model;
  try {
    return await readSource(backbone, findRunModel);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const path = ['model', 'backbone', backbone.from.kind];
    throw problemsAt([{ path, message: error.message }]);
  }
}
