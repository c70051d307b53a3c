import { isMap, isNode, type Pair, parseDocument, visit } from 'yaml';
import type { ExperimentFile } from './file-types.ts';
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
  const meaning = () => meaningOf(document.toJS());
  const whole = meaning();
  const pieces: MarkedText[] = [];
  let at = 0;
  const add = (to: number, isDefault: boolean) => {
    if (to > at) pieces.push({ text: resolvedYaml.slice(at, to), isDefault });
    at = to;
  };
  visit(document, {
    Pair(index, pair, path) {
      const map = path.at(-1);
      if (whole === null || typeof index !== 'number' || !isMap(map)) return;
      const [left] = map.items.splice(index, 1);
      const without = meaning();
      map.items.splice(index, 0, left as Pair);
      if (without !== whole) return;
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

/** Where a node of a parsed text begins, and where it ends. */
function rangeOf(node: unknown): readonly [number, number] {
  if (isNode(node) && node.range) return [node.range[0], node.range[1]];
  throw new Error('only what was parsed from a text has a place in it');
}
