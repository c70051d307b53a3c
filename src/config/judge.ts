import type { Experiment } from './experiment.ts';
import type { ExperimentFile } from './file-types.ts';
import { normalize } from './normalize.ts';
import { pathResolver } from './paths.ts';
import type { Path } from './place.ts';
import { rules } from './rules.ts';
import { type MapNode, placeOf, toJson } from './tree.ts';
import { schemaProblems } from './validate.ts';

/** Something wrong, at a path of the file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** The key is what is wrong, not its value. */
  readonly key?: boolean;
}

export type Judgement =
  | {
      readonly file: ExperimentFile;
      readonly experiment: Experiment;
      readonly problems: readonly [];
    }
  | { readonly file: null; readonly experiment: null; readonly problems: readonly Finding[] };

/**
 * The experiment that a tree describes, or all that is wrong with it. Rules are asked only about what
 * the schema allows.
 * @param name the experiment's name where the file gives none.
 */
export function judge(tree: MapNode, name: string): Judgement {
  const json = toJson(tree);
  const found = schemaProblems(json);
  if (found.length > 0) return { file: null, experiment: null, problems: found };
  const file = json as unknown as ExperimentFile;
  const pathAt = pathResolver((path) => placeOf(tree, path).origin.folder);
  const experiment = normalize(file, { name, pathAt });
  const problems = rules.flatMap((rule) => rule({ file, experiment }));
  if (problems.length > 0) return { file: null, experiment: null, problems };
  return { file, experiment, problems: [] };
}
