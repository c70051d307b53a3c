import type { Json } from '../common/json.ts';
import { uniforms } from '../common/random.ts';
import { datasetKind, datasetNames } from '../data/datasets/table.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import type { Problem } from '../plan/problem.ts';
import { findProblems } from '../rules/network.ts';
import type { Rule, Written } from '../rules/rule.ts';
import { rules } from '../rules/rules.ts';
import { put } from './mend.ts';
import { normalize } from './normalize.ts';
import { pathResolver, type ResolvePath } from './paths.ts';
import { isWithin, type Path } from './source-place.ts';
import { HOLE, type MapNode, placeOf, toJson } from './source-tree.ts';
import { type SchemaProblem, schemaProblems } from './validate.ts';

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
  /** What the plan finds wrong with the network, as far as no file must be read for that. */
  networkProblems(): readonly Finding[];
}

/**
 * The experiment that a tree describes, and all that is wrong with it: what the schema does not allow, then
 * what rules say of the rest. Where something is wrong, what belongs there is not known; so values of each
 * kind stand there in turn, and only what is wrong with all of them is told.
 * @param name the experiment's name where the file gives none.
 */
export function judge(tree: MapNode, name: string): Judgement {
  const pathAt = pathResolver((path) => placeOf(tree, path).origin.folder);
  const context = { name, pathAt };
  const json = toJson(tree);
  const wrong = schemaProblems(json);
  const broken = certain(json, (written) => rules.flatMap((rule) => rule(written)), context);
  const rest = broken.reduce((values, { path }) => put(values, path, HOLE), json);
  return {
    written: wrong.length === 0 ? writtenAs(json, context) : null,
    problems: [...wrong.filter(({ isHole }) => !isHole), ...broken],
    networkProblems: () => certain(rest, networkRule, context),
  };
}

interface Context {
  readonly name: string;
  readonly pathAt: ResolvePath;
}

function writtenAs(json: Json, context: Context): Written {
  const file = json as unknown as ExperimentFile;
  return { file, experiment: normalize(file, context) };
}

/** What a rule says of values with holes, whatever stands in them. */
function certain(json: Json, rule: Rule, context: Context): readonly Problem[] {
  const wrong = schemaProblems(json);
  const [first = [], ...others] = choices(wrong)
    .map((choose) => mended(json, choose))
    .filter((each) => each !== null)
    .map((each) => rule(writtenAs(each, context)));
  return first.filter(
    (problem) =>
      others.every((found) => found.some((each) => isSame(each, problem))) &&
      !wrong.some(({ path }) => isWithin(problem.path, path)),
  );
}

/** Which of so many mendings to take, for the problem of this index. */
type Choose = (problem: number, mendings: number) => number;

/** So often mendings are drawn together at random, so that no two always go together. */
const DRAWS = 8;

function choices(wrong: readonly SchemaProblem[]): Choose[] {
  const rounds = Math.max(1, ...wrong.map(({ mendings }) => mendings.length));
  const inTurn = Array.from(
    { length: rounds },
    (_, round): Choose =>
      (problem, mendings) =>
        (round + problem) % mendings,
  );
  if (wrong.length < 2) return inTurn;
  const draws = wrong.map((_, problem) => uniforms(DRAWS, ['mendings', problem]));
  const drawn = Array.from(
    { length: DRAWS },
    (_, i): Choose =>
      (problem, mendings) =>
        Math.floor((draws[problem]?.[i] ?? 0) * mendings),
  );
  return [...inTurn, ...drawn];
}

/** Rounds of mending after which a choice is given up: one for each level that mending may bring up. */
const ROUNDS = 8;

/** The values with each wrong one mended; `null` where that does not help. */
function mended(json: Json, choose: Choose, rounds = ROUNDS): Json | null {
  const wrong = schemaProblems(json);
  if (wrong.length === 0) return json;
  if (rounds === 0) return null;
  const better = wrong.reduce((values, { mendings }, problem) => {
    return mendings[choose(problem, mendings.length)]?.(values) ?? values;
  }, json);
  return mended(better, choose, rounds - 1);
}

function isSame(a: Problem, b: Problem): boolean {
  return a.message === b.message && a.path.join('.') === b.path.join('.');
}

const networkRule: Rule = ({ experiment }) => {
  const { dataset } = experiment.data;
  const known = datasetNames.includes(dataset) ? datasetKind(dataset).classNames : undefined;
  return findProblems(experiment, { classNames: known ?? null, source: null });
};
