import type { Config } from '../config/config.ts';
import { knownClasses } from '../data/datasets/table.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { isWithin, type Path, type Problem } from '../experiment/problem.ts';
import type { Graph } from '../model/graph.ts';
import { findNetwork, type NetworkFacts } from '../model/network.ts';
import { dataRules } from './data.ts';
import { modelRules } from './model.ts';
import { networkRules, STRUCTURE } from './network.ts';
import { phaseRules } from './phases.ts';
import { type NetworkRuleFacts, type Rule, readsWrong } from './rule.ts';
import { sweepRules } from './sweep.ts';

/** Every rule on an experiment beyond its schema. A rule is skipped if an earlier one rejects a value that it reads. */
const rules: readonly Rule[] = [
  ...dataRules,
  ...modelRules,
  ...phaseRules,
  ...networkRules,
  ...sweepRules,
];

/** The problems of a config beyond its schema, as far as its file alone shows them. */
export function checkRules({ file, experiment, sweep, source, wrong }: Config): Problem[] {
  const classes = knownClasses(experiment.data)?.length ?? null;
  return apply(rules, { experiment, classes, graph: null, wrong }, { file, sweep, source });
}

/** The problems of the network of a valid experiment, once other files have been read. */
export function checkNetworkRules(experiment: Experiment, read: ReadFacts): Problem[] {
  return apply(networkRules, { experiment, ...read, wrong: [] }, {});
}

/** Facts from other files than the experiment's. */
export interface ReadFacts {
  /** The number of classes; `null` until the data is read. */
  readonly classes: number | null;
  /** The network of `model.backbone.model` or `run`; `null` if there is none, or it was not read. */
  readonly graph: Graph | null;
}

interface Basis extends ReadFacts {
  readonly experiment: Experiment;
  /** Paths with a placeholder. */
  readonly wrong: readonly Path[];
}

function apply<More extends object>(
  applied: readonly Rule<NetworkRuleFacts & More>[],
  { experiment, classes, graph, wrong: placeholders }: Basis,
  more: More,
): Problem[] {
  const wrong = [...placeholders];
  const isKnown = (path: Path) =>
    !wrong.some((each) => isWithin(each, path) || isWithin(path, each));
  let network: NetworkFacts | null | undefined;
  const facts = {
    ...more,
    experiment,
    classes,
    wrong,
    isKnown,
    // Built when the first network rule asks for it: earlier rules may reject values that it depends on.
    get network() {
      network ??= readsWrong({ reads: STRUCTURE }, 0, wrong)
        ? null
        : findNetwork(experiment, graph, isKnown);
      return network;
    },
  };
  const problems: Problem[] = [];
  for (const rule of applied) {
    const count = rule.each ? experiment[rule.each].length : 1;
    const found = Array.from({ length: count }, (_, index) => index)
      .filter((index) => !readsWrong(rule, index, wrong))
      .flatMap((index) => rule.check(facts, index))
      .filter(({ path }) => !wrong.some((each) => isWithin(path, each)));
    problems.push(...found);
    wrong.push(...found.map(({ path }) => path));
  }
  return problems;
}
