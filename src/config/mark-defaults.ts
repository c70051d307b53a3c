import { isNode, isPair, isSeq, parseDocument, visit } from 'yaml';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { normalize } from './normalize.ts';

/** A part of the text of an experiment file. */
export interface MarkedText {
  readonly text: string;
  /** True if the file would have the same meaning without it. */
  readonly isDefault: boolean;
}

/**
 * Splits the text of resolved.yaml into defaults and other values. It tries each key by leaving it out, since some
 * defaults depend on other keys.
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

/** A text that is equal for files with the same meaning; `null` if the file is not an experiment. */
function meaningOf(file: ExperimentFile): string | null {
  try {
    return JSON.stringify(normalize(file, { name: '', resolvePath: (_, path) => path }));
  } catch {
    return null;
  }
}

type Step = string | number;

/** The path of the last of nested nodes. */
function pathOf(nodes: readonly unknown[]): Step[] {
  return nodes.flatMap((node, i): Step[] => {
    if (isPair(node)) return [String(node.key)];
    return isSeq(node) ? [node.items.indexOf(nodes[i + 1])] : [];
  });
}

/** A copy without the key at a path. */
function without<Value>(value: Value, [step = '', ...rest]: readonly Step[]): Value {
  if (Array.isArray(value)) {
    const index = Number(step);
    return value.with(index, without(value[index], rest)) as Value;
  }
  const { [step]: own, ...others } = value as Record<Step, unknown>;
  return (rest.length === 0 ? others : { ...value, [step]: without(own, rest) }) as Value;
}

/** Start and end of a node in the text. */
function rangeOf(node: unknown): readonly [number, number] {
  if (isNode(node) && node.range) return [node.range[0], node.range[1]];
  throw new Error('the node was not parsed from a text');
}
