import { InputError } from '../common/errors.ts';
import { countOf } from '../common/format.ts';
import type { FileHashes } from '../config/file-hashes.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { Graph, Shape } from '../model/graph.ts';
import { findNetwork } from '../model/network.ts';
import { frozenPrefix, type Prefix } from '../model/prefix.ts';
import { featuresId, type PlannedFeatures, planFeatures, sharedPrefixes } from './features.ts';
import { runId } from './id.ts';
import { type Memory, phaseMemory, phaseParameters, sum } from './memory.ts';
import { statisticsWarning } from './statistics.ts';

/** Everything that a run will do, as plain JSON. */
export interface Plan {
  /** Identity of the run: ten hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** Height, width and channels of the model's input. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly layers: readonly PlannedLayer[];
  readonly parameters: number;
  /** FLOPs of a forward pass for one image; a multiply-add counts as two. */
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
  /** Names of the phases that train its weights. */
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
  /** The outputs of the frozen layers; `null` if the first layer with weights is trained. */
  readonly features: PlannedFeatures | null;
  /** Identity of these features; `null` if an earlier phase trains the layers that compute them. */
  readonly featuresId: string | null;
  /** A reason why the phase may train badly; `null` if none is known. */
  readonly warning: string | null;
}

/** Facts from other files than the experiment's. */
export interface PlanInputs {
  /** The network of `model.backbone.model` or `run`; `null` if there is none. */
  readonly graph: Graph | null;
  readonly hashes: FileHashes;
  /** The training images, or more; `null` if their number is not known. */
  readonly mostImages: number | null;
}

/**
 * Plans a run. Pure, so that the plan can be shown before anything is loaded.
 * @throws InputError for an experiment whose network cannot be built.
 */
export function planRun(experiment: Experiment, { graph, hashes, mostImages }: PlanInputs): Plan {
  const { network, problems } = findNetwork(experiment, graph);
  if (!network) throw new InputError(problems.map(({ message }) => message).join('\n'));
  const { layers } = network;
  const phases = experiment.phases.map((phase) => {
    const parameters = phaseParameters(network, phase.freeze);
    return { phase, parameters, prefix: frozenPrefix(layers, parameters.frozenLayers) };
  });
  const trainedIn = (name: string) =>
    phases.filter(({ parameters }) => !parameters.frozenLayers.has(name)).map((p) => p.phase.name);
  const isTrainedBefore = ({ layers }: Prefix, index: number) =>
    phases
      .slice(0, index)
      .some(({ parameters }) =>
        layers.some(
          ({ name, weights }) => weights.length > 0 && !parameters.frozenLayers.has(name),
        ),
      );
  return {
    id: runId(experiment, hashes),
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
        prefix && !isTrainedBefore(prefix, index)
          ? featuresId(experiment, hashes, prefix, sharedPrefixes(experiment, phases, index))
          : null,
      warning: statisticsWarning(
        mostImages,
        phase,
        layers.filter(({ name }) => !parameters.frozenLayers.has(name)),
      ),
    })),
  };
}

/** A line for each phase whose batches hold all images. @param images the training images. */
export function batchWarnings({ phases }: Pick<Plan, 'phases'>, images: number): string[] {
  return phases
    .filter(({ batchSize }) => batchSize > images)
    .map(
      ({ name, batchSize }) =>
        `phase ${name}: batchSize ${batchSize} is above the ${countOf(images, 'training image')}, so an epoch is one step`,
    );
}

/** The epochs of a run over all phases. */
export function epochsOf({ phases }: Pick<Plan, 'phases'>): number {
  return sum(phases, ({ epochs }) => epochs);
}
