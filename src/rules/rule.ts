import type { SourceMap } from '../config/config.ts';
import type { Experiment, SweepConfig } from '../experiment/experiment.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import type { NetworkFacts } from '../model/network.ts';

/** A rule on an experiment. It may assume that all values that it reads are valid. */
export interface Rule<Needed extends NetworkRuleFacts = Facts> {
  /**
   * Paths of the file that the rule reads, e.g. `data.dataset`; `*` stands for any key or index. The rule is skipped if
   * one of these values is wrong. A wrong part of a value counts only if the path ends with `**`.
   */
  readonly reads: readonly string[];
  /** The list whose items the rule checks one by one; `*` after it stands for the index of the item. */
  readonly each?: 'phases' | 'metrics';
  readonly check: (facts: Needed, index: number) => readonly Problem[];
}

/** The facts of all rules. */
export interface Facts extends NetworkRuleFacts {
  readonly file: ExperimentFile;
  readonly sweep: SweepConfig | null;
  readonly source: SourceMap;
}

/** The facts of rules on the network, which are also checked when other files have been read. */
export interface NetworkRuleFacts {
  readonly experiment: Experiment;
  /** The number of classes that the model distinguishes; `null` until the data is read. */
  readonly classes: number | null;
  /** `null` if the structure of the model is not known. */
  readonly network: NetworkFacts | null;
  /** Paths whose values are wrong. */
  readonly wrong: readonly Path[];
  /** False if the value at a path, or a part of it, is wrong. */
  readonly isKnown: (path: Path) => boolean;
}

/** Tells if a rule reads a wrong value. */
export function readsWrong(
  { reads, each }: Pick<Rule, 'reads' | 'each'>,
  index: number,
  wrong: readonly Path[],
): boolean {
  return reads.some((text) => {
    const pattern = text.split('.').map((part, i, all) => {
      return part === '*' && each !== undefined && all[i - 1] === each ? String(index) : part;
    });
    return wrong.some((path) => overlaps(pattern, path));
  });
}

function overlaps(pattern: readonly string[], path: Path): boolean {
  const isDeep = pattern.at(-1) === '**';
  const parts = isDeep ? pattern.slice(0, -1) : pattern;
  if (!isDeep && path.length > parts.length) return false;
  return path.every((key, i) => i >= parts.length || parts[i] === '*' || parts[i] === String(key));
}

/** A problem for each item that equals an earlier one. */
export function duplicates<Item>(
  items: readonly Item[],
  problem: (item: Item, index: number) => Problem,
): Problem[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) < index ? [problem(item, index)] : [],
  );
}
