import { InputError } from '../common/errors.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Shape } from '../model/graph.ts';
import { frozenPrefix, type Prefix } from '../model/prefix.ts';
import type { Contents } from './contents.ts';
import { findFacts, type PlanContext } from './facts.ts';
import { featuresId, type PlannedFeatures, planFeatures } from './features.ts';
import { NO_FILES, runId } from './id.ts';
import { type Memory, phaseMemory, phaseParameters, sum } from './memory.ts';

/** What a run will do, as plain JSON. */
export interface Plan {
  readonly id: string;
  readonly name: string;
  /** Height, width, channels of the images that the model takes. */
  readonly imageShape: readonly [number, number, number];
  readonly layers: readonly PlannedLayer[];
  readonly parameters: number;
  /** Of the forward pass, for one image; multiply-adds counted as two. */
  readonly flops: number;
  readonly phases: readonly PlannedPhase[];
}

export interface PlannedLayer {
  readonly name: string;
  readonly kind: string;
  readonly part: 'backbone' | 'head';
  readonly outputShape: Shape;
  readonly parameters: number;
  readonly flops: number;
  /** Phases that change its weights. */
  readonly trainedIn: readonly string[];
}

export interface PlannedPhase {
  readonly name: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: string;
  readonly trainableParameters: number;
  readonly frozenParameters: number;
  readonly memory: Memory;
  /** What is computed once for all of its epochs, if anything could be. */
  readonly features: PlannedFeatures | null;
  /** Of these features; `null` where an earlier phase trains the layers that make them. */
  readonly featuresId: string | null;
}

/**
 * Plans a run; pure, so that it can be shown before anything is loaded.
 * @throws InputError for an experiment in which `findProblems` finds some.
 */
export function planRun(
  experiment: Experiment,
  context: PlanContext,
  contents: Contents = NO_FILES,
): Plan {
  const { network, problems } = findFacts(experiment, context);
  if (!network) throw new InputError(problems.map(({ message }) => message).join('\n'));
  const { layers } = network;
  const phases = experiment.phases.map((phase) => {
    const parameters = phaseParameters(network, phase.freeze);
    return { phase, parameters, prefix: frozenPrefix(layers, parameters.frozenLayers) };
  });
  const trainedIn = (name: string) =>
    phases.filter(({ parameters }) => !parameters.frozenLayers.has(name)).map((p) => p.phase.name);
  const trainedBefore = ({ layers }: Prefix, index: number) =>
    phases
      .slice(0, index)
      .some(({ parameters }) =>
        layers.some(
          ({ name, weights }) => weights.length > 0 && !parameters.frozenLayers.has(name),
        ),
      );
  return {
    id: runId(experiment, contents),
    name: experiment.name,
    imageShape: network.imageShape,
    layers: layers.map(({ name, kind, part, outputShape, parameters, flops, ...layer }) => ({
      name,
      kind,
      part,
      outputShape,
      parameters,
      flops,
      trainedIn: layer.trainableParameters > 0 ? trainedIn(name) : [],
    })),
    parameters: sum(layers, (layer) => layer.parameters),
    flops: sum(layers, (layer) => layer.flops),
    phases: phases.map(({ phase, parameters, prefix }, index) => ({
      name: phase.name,
      epochs: phase.epochs,
      batchSize: phase.batchSize,
      optimizer: phase.optimizer.name,
      trainableParameters: parameters.trainable,
      frozenParameters: parameters.frozen,
      memory: phaseMemory(phase, layers, parameters),
      features: planFeatures(experiment, phase, prefix),
      featuresId:
        prefix && !trainedBefore(prefix, index) ? featuresId(experiment, contents, prefix) : null,
    })),
  };
}
