import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import type { Experiment, FreezePattern } from '../experiment/experiment.ts';
import { frozenBy, matchLayers } from '../model/freeze.ts';
import type { Graph } from '../model/graph.ts';
import { type Facts, findFacts, type PlanContext, pathOf } from '../plan/facts.ts';
import { phaseParameters } from '../plan/memory.ts';
import type { Problem } from '../plan/problem.ts';

/** A rule that needs the network: what is wrong, if anything. */
type Rule = (facts: Facts) => readonly Problem[];

const rules: readonly Rule[] = [
  outputHasOneNumberForEachClass,
  freezePatternsMatch,
  phasesTrainSomething,
  learningRateScalesMatch,
];

/** All that is wrong with an experiment's network, or with what is said of its layers. */
export function findProblems(experiment: Experiment, context: PlanContext): readonly Problem[] {
  const facts = findFacts(experiment, context);
  return [...facts.problems, ...rules.flatMap((rule) => rule(facts))];
}

function outputHasOneNumberForEachClass({ experiment, classes, network }: Facts): Problem[] {
  if (!network) return widthOfLastDense(experiment, classes);
  const last = network.layers.at(-1);
  if (!last) return [{ path: ['model'], message: 'the model has no layers' }];
  const [width, ...rest] = last.outputShape;
  const path = pathOf(experiment, last);
  if (rest.length > 0) {
    const shape = last.outputShape.join(' × ');
    const message = `the last layer must give one number for each class; flatten or globalAveragePooling2d would come before. Received: ${shape}`;
    return [{ path, message }];
  }
  return widthProblems({ path, classes, width });
}

/** A dense layer's width does not depend on what comes before it. */
function widthOfLastDense({ model }: Experiment, classes: number | null): Problem[] {
  const { kind, args } = model.head.at(-1) ?? {};
  if (kind !== 'dense' || typeof args?.units !== 'number') return [];
  const path = ['model', 'head', model.head.length - 1];
  return widthProblems({ path, classes, width: args.units });
}

interface Width {
  readonly path: Problem['path'];
  readonly classes: number | null;
  readonly width: number | undefined;
}

function widthProblems({ path, classes, width }: Width): Problem[] {
  if (classes === null || width === classes) return [];
  const message = `the last layer must give one number for each of the ${classes} classes. Received: ${width}`;
  return [{ path, message }];
}

function freezePatternsMatch({ experiment, graph }: Facts): Problem[] {
  if (!graph) return [];
  return experiment.phases.flatMap(({ freeze }, phase) =>
    freeze.flatMap((pattern, index) => {
      const message = mismatch(graph, pattern);
      return message === null ? [] : [{ path: ['phases', phase, 'freeze', index], message }];
    }),
  );
}

/** Why a pattern freezes nothing; `null` when it freezes something. */
function mismatch(graph: Graph, pattern: FreezePattern): string | null {
  try {
    frozenBy(graph, pattern);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function phasesTrainSomething({ experiment, network }: Facts): Problem[] {
  if (!network) return [];
  return experiment.phases.flatMap(({ name, freeze }, phase) => {
    const matching = freeze.filter((pattern) => mismatch(network.graph, pattern) === null);
    if (phaseParameters(network, matching).trainable > 0) return [];
    const message = `phase ${name} has nothing to train: every layer with weights is frozen`;
    return [{ path: ['phases', phase, 'freeze'], message }];
  });
}

function learningRateScalesMatch({ experiment, graph }: Facts): Problem[] {
  if (!graph) return [];
  const names = graph.nodes.map((node) => node.name);
  return experiment.phases.flatMap(({ learningRateScale }, phase) =>
    Object.keys(learningRateScale)
      .filter((pattern) => matchLayers(graph, pattern).length === 0)
      .map((pattern) => ({
        path: ['phases', phase, 'learningRateScale', pattern],
        message: `${pattern} matches no layer${didYouMean(pattern, names)}`,
      })),
  );
}
