import type { ExperimentFile } from './file-types.ts';
import { normalize } from './normalize.ts';
import { pathResolver } from './paths.ts';
import type { Path } from './place.ts';
import type { Written } from './rules/rule.ts';
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

export interface Judgement {
  /** `null` when the schema does not allow it. */
  readonly written: Written | null;
  readonly problems: readonly Finding[];
}

/**
 * The experiment that a tree describes, and all that is wrong with it. Rules are asked only about what
 * the schema allows.
 * @param name the experiment's name where the file gives none.
 */
export function judge(tree: MapNode, name: string): Judgement {
  const json = toJson(tree);
  const problems = schemaProblems(json);
  if (problems.length > 0) return { written: null, problems };
  const file = json as unknown as ExperimentFile;
  const pathAt = pathResolver((path) => placeOf(tree, path).origin.folder);
  const written = { file, experiment: normalize(file, { name, pathAt }) };
  return { written, problems: rules.flatMap((rule) => rule(written)) };
}
