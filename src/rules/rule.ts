import type { Experiment } from '../experiment/experiment.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Problem } from '../plan/problem.ts';

/** An experiment as it is written, which the schema allows, and with all its defaults. */
export interface Written {
  readonly file: ExperimentFile;
  readonly experiment: Experiment;
}

/** What is wrong with an experiment beyond its schema, if anything. Neither shapes nor files are looked at. */
export type Rule = (written: Written) => readonly Problem[];

/** A problem for each item that is the same as one before it. */
export function repeats<Item>(
  items: readonly Item[],
  problem: (item: Item, index: number) => Problem,
): Problem[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) < index ? [problem(item, index)] : [],
  );
}
