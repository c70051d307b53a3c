import { isNode, isPair, isSeq, parseDocument, visit } from 'yaml';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { normalize } from './normalize.ts';

/** A piece of an experiment file. */
export interface MarkedText {
  readonly text: string;
  /** Whether the file would mean the same without it. */
  readonly isDefault: boolean;
}

/**
 * Cuts an experiment as resolved.yaml states it into what is only a default and the rest. Which keys are is
 * found out by leaving each of them out, for some defaults depend on what else the file says.
 */
export function markDefaults(resolvedYaml: string): MarkedText[] {
  const document = parseDocument(resolvedYaml);
  const file = document.toJS();
  const whole = meaningOf(file);
  const pieces: MarkedText[] = [];
  let at = 0;
  const add = (to: number, isDefault: boolean) => {
    if (to > at) pieces.push({ text: resolvedYaml.slice(at, to), isDefault });
    at = to;
  };
  visit(document, {
    Pair(_, pair, ancestors) {
      const path = pathOf([...ancestors, pair]);
      if (whole === null || meaningOf(without(file, path)) !== whole) return;
      add(rangeOf(pair.key)[0], false);
      add(rangeOf(pair.value)[1], true);
      return visit.SKIP;
    },
  });
  add(resolvedYaml.length, false);
  return pieces;
}

/** The same for files that mean the same; `null` for what is no experiment. */
function meaningOf(file: ExperimentFile): string | null {
  try {
    return JSON.stringify(normalize(file, { name: '', pathAt: (_, path) => path }));
  } catch {
    return null;
  }
}

type Step = string | number;

/** Keys and indices that lead to the last of these nodes, each of which is within the one before it. */
function pathOf(nodes: readonly unknown[]): Step[] {
  return nodes.flatMap((node, i): Step[] => {
    if (isPair(node)) return [String(node.key)];
    return isSeq(node) ? [node.items.indexOf(nodes[i + 1])] : [];
  });
}

/** A copy that lacks the key at the end of a path. */
function without<Value>(value: Value, [step = '', ...rest]: readonly Step[]): Value {
  if (Array.isArray(value)) {
    const index = Number(step);
    return value.with(index, without(value[index], rest)) as Value;
  }
  const { [step]: own, ...others } = value as Record<Step, unknown>;
  return (rest.length === 0 ? others : { ...value, [step]: without(own, rest) }) as Value;
}

/** Where a node of a parsed text begins, and where it ends. */
function rangeOf(node: unknown): readonly [number, number] {
  if (isNode(node) && node.range) return [node.range[0], node.range[1]];
  throw new Error('only what was parsed from a text has a place in it');
}
