import type { Experiment } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import { didYouMean } from '../model/did-you-mean.ts';
import { frozenBy, matchLayers } from '../model/freeze.ts';
import { type Facts, findFacts, type PlanContext, pathOf } from './facts.ts';
import { phaseParameters } from './parameters.ts';
import type { Problem } from './problem.ts';

/** A rule that needs the network: what is wrong, if anything. */
type Rule = (facts: Facts) => readonly Problem[];

const rules: readonly Rule[] = [
  outputHasOneNumberForEachClass,
  freezePatternsMatch,
  phasesTrainSomething,
  learningRateScalesMatch,
];

/** All that is wrong with an experiment that its schema alone cannot tell. */
export function findProblems(experiment: Experiment, context: PlanContext): readonly Problem[] {
  const { facts, problems } = findFacts(experiment, context);
  return facts ? rules.flatMap((rule) => rule(facts)) : problems;
}

function outputHasOneNumberForEachClass({ experiment, classes, layers }: Facts): Problem[] {
  const last = layers.at(-1);
  if (!last) return [{ path: ['model'], message: 'the model has no layers' }];
  const [width, ...rest] = last.outputShape;
  const path = pathOf(experiment, last);
  if (rest.length > 0) {
    const shape = last.outputShape.join(' × ');
    const message = `the last layer, ${last.name}, must give one number for each class; flatten or globalAveragePooling2d would come before. Received: ${shape}`;
    return [{ path, message }];
  }
  if (classes === null || width === classes) return [];
  const message = `the last layer, ${last.name}, must give one number for each of the ${classes} classes. Received: ${width}`;
  return [{ path, message }];
}

function freezePatternsMatch({ experiment, graph }: Facts): Problem[] {
  return experiment.phases.flatMap(({ freeze }, phase) =>
    freeze.flatMap((pattern, index) => {
      try {
        frozenBy(graph, pattern);
        return [];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return [{ path: ['phases', phase, 'freeze', index], message: error.message }];
      }
    }),
  );
}

function phasesTrainSomething(facts: Facts): Problem[] {
  if (freezePatternsMatch(facts).length > 0) return [];
  return facts.experiment.phases.flatMap(({ name, freeze }, phase) => {
    if (phaseParameters(facts, freeze).trainable > 0) return [];
    const message = `phase ${name} has nothing to train: every layer with weights is frozen`;
    return [{ path: ['phases', phase, 'freeze'], message }];
  });
}

function learningRateScalesMatch({ experiment, graph }: Facts): Problem[] {
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
