import { InputError } from '../common/errors.ts';
import { MAIN_ARGUMENT } from '../config/repair.ts';
import type { Experiment, FreezePattern } from '../experiment/experiment.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { frozenBy, frozenLayers, type Graph, layerHint, matchLayers } from '../model/graph.ts';
import { pathOf } from '../model/network.ts';
import type { NetworkRuleFacts, Rule } from './rule.ts';

/** The values that determine which layers the model has. */
export const STRUCTURE = [
  'model',
  'model.backbone',
  'model.backbone.name',
  'model.backbone.alpha',
  'model.backbone.layers',
  'model.backbone.layers.*',
  'model.backbone.layers.*.*.name',
  'model.backbone.layers.*.*.inputs.**',
  'model.backbone.model',
  'model.backbone.run',
  'model.backbone.cut',
  'model.head',
  'model.head.*',
  'model.head.*.*.name',
  'model.head.*.*.inputs.**',
];

const freezePatternsMatch: Rule<NetworkRuleFacts> = {
  each: 'phases',
  reads: [...STRUCTURE, 'phases.*.freeze.**'],
  check({ experiment, network }, index) {
    const graph = network?.graph;
    if (!graph) return [];
    return (experiment.phases[index]?.freeze ?? []).flatMap((pattern, i) => {
      const message = mismatch(graph, pattern);
      return message === null ? [] : [{ path: ['phases', index, 'freeze', i], message }];
    });
  },
};

/** The error of a pattern that freezes nothing; `null` if it freezes something. */
function mismatch(graph: Graph, pattern: FreezePattern): string | null {
  try {
    frozenBy(graph, pattern);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const learningRateScalesMatch: Rule<NetworkRuleFacts> = {
  each: 'phases',
  reads: [...STRUCTURE, 'phases.*.learningRateScale'],
  check({ experiment, network }, index) {
    const graph = network?.graph;
    if (!graph) return [];
    const names = graph.nodes.map((node) => node.name);
    return Object.keys(experiment.phases[index]?.learningRateScale ?? {})
      .filter((pattern) => matchLayers(graph, pattern).length === 0)
      .map((pattern) => ({
        path: ['phases', index, 'learningRateScale', pattern],
        message: `${pattern} matches no layer${layerHint(pattern, names)}`,
      }));
  },
};

const networkIsSound: Rule<NetworkRuleFacts> = {
  reads: STRUCTURE,
  check: ({ network }) => network?.problems ?? [],
};

const phasesTrainSomething: Rule<NetworkRuleFacts> = {
  each: 'phases',
  reads: [...STRUCTURE, 'phases.*.freeze.**'],
  check({ experiment, network }, index) {
    const phase = experiment.phases[index];
    if (!network?.network || !phase) return [];
    const { graph, layers } = network.network;
    const frozen = frozenLayers(graph, phase.freeze);
    const trains = layers.some((layer) => layer.trainableParameters > 0 && !frozen.has(layer.name));
    if (trains) return [];
    const message = `phase ${phase.name} trains nothing: all layers with weights are frozen`;
    return [{ path: ['phases', index, 'freeze'], message }];
  },
};

const outputHasOneNumberForEachClass: Rule<NetworkRuleFacts> = {
  reads: ['data.dataset', 'data.classes', 'model.head'],
  check({ experiment, classes, network, isKnown }) {
    const last = network?.network?.layers.at(-1);
    if (!last) return widthOfLastDense(experiment, classes, isKnown);
    const [width, ...rest] = last.outputShape;
    const path = pathOf(experiment, last);
    if (rest.length === 0) return widthProblems(path, width, classes);
    const shape = last.outputShape.join(' × ');
    const message = `the last layer must give one number for each class; add flatten or globalAveragePooling2d before it. Received: ${shape}`;
    return [{ path, message }];
  },
};

/** The width of a dense layer does not depend on the layers before it. */
function widthOfLastDense(
  { model }: Experiment,
  classes: number | null,
  isKnown: (path: Path) => boolean,
): Problem[] {
  const { kind, args } = model.head.at(-1) ?? {};
  const path = ['model', 'head', model.head.length - 1];
  const isUnitsKnown = ['units', MAIN_ARGUMENT].every((argument) =>
    isKnown([...path, 'dense', argument]),
  );
  if (kind !== 'dense' || typeof args?.units !== 'number' || !isUnitsKnown) return [];
  return widthProblems(path, args.units, classes);
}

function widthProblems(path: Path, width: number | undefined, classes: number | null): Problem[] {
  if (classes === null || width === classes) return [];
  const message = `the last layer must give one number for each of the ${classes} classes. Received: ${width}`;
  return [{ path, message }];
}

export const networkRules: readonly Rule<NetworkRuleFacts>[] = [
  freezePatternsMatch,
  learningRateScalesMatch,
  networkIsSound,
  phasesTrainSomething,
  outputHasOneNumberForEachClass,
];
