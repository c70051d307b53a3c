import { didYouMean } from '../common/did-you-mean.ts';
import type { Path } from '../experiment/problem.ts';
import { MAX_VALUES } from './parse-yaml.ts';
import { ConfigError, type ErrorCollector } from './source-errors.ts';
import {
  type HoleNode,
  type MapNode,
  type Place,
  type ScalarNode,
  type Tree,
  valueAt,
} from './source-tree.ts';

const REFERENCE = /\$\{([^}]*)\}/g;
const MAX_LENGTH = 10_000;

/**
 * Replaces each `${name}` by the value that `vars` defines. A reference that is a whole value takes a value of any
 * type; a reference within text takes text. Values of `vars` may refer to each other. A broken reference leaves a
 * hole.
 */
export function interpolate(tree: MapNode, errors: ErrorCollector): MapNode | HoleNode {
  const interpolation = new Interpolation(tree, errors);
  const whole: HoleNode = { kind: 'hole', at: tree.at };
  return errors.attempt(() => interpolation.tree(tree, []) as MapNode, whole);
}

/** The names of the variables that a value refers to. */
export function referencesIn(tree: Tree): string[] {
  switch (tree.kind) {
    case 'hole':
      return [];
    case 'scalar': {
      const found = String(tree.value).matchAll(REFERENCE);
      return [...found].map(([, name = '']) => name.trim());
    }
    case 'list':
      return [...new Set(tree.items.flatMap(referencesIn))];
    case 'map':
      return [...new Set([...tree.entries.values()].flatMap(({ value }) => referencesIn(value)))];
  }
}

class Interpolation {
  readonly #errors: ErrorCollector;
  readonly #vars: Tree | undefined;
  /** Variables that are being resolved, the outermost first. */
  readonly #resolving: string[] = [];
  /** Variables that are holes, or refer to themselves. */
  readonly #broken = new Set<string>();
  #values = 0;

  constructor(root: MapNode, errors: ErrorCollector) {
    this.#errors = errors;
    this.#vars = root.entries.get('vars')?.value;
  }

  tree(tree: Tree, path: Path): Tree {
    this.#values += 1;
    if (this.#values > 2 * MAX_VALUES) {
      const message = `vars expand to more than ${MAX_VALUES} values`;
      throw new ConfigError([{ place: tree.at, path, message }]);
    }
    switch (tree.kind) {
      case 'hole':
        return tree;
      case 'scalar':
        return typeof tree.value === 'string' ? this.#text(tree, tree.value, path) : tree;
      case 'list':
        return { ...tree, items: tree.items.map((item, i) => this.tree(item, [...path, i])) };
      case 'map': {
        const entries = [...tree.entries].map(([name, { key, value }]) => {
          return [name, { key, value: this.tree(value, [...path, name]) }] as const;
        });
        return { ...tree, entries: new Map(entries) };
      }
    }
  }

  #text(node: ScalarNode, text: string, path: Path): Tree {
    const { at } = node;
    const [match] = text.matchAll(REFERENCE);
    if (!match) return node;
    if (match[0] === text) return { ...this.#resolve(match[1] ?? '', at, path), at };
    let hole: HoleNode | null = null;
    const value = text.replaceAll(REFERENCE, (whole, name: string) => {
      const found = this.#resolve(name, at, path);
      if (found.kind === 'scalar') return String(found.value);
      const message = `${whole} is a ${found.kind}, which cannot be part of a text`;
      hole = found.kind === 'hole' ? found : this.#error(at, path, message);
      return whole;
    });
    if (hole) return hole;
    if (value.length <= MAX_LENGTH) return { ...node, value };
    const message = `vars expand to a text of ${value.length} characters; at most ${MAX_LENGTH} are allowed`;
    return this.#error(at, path, message);
  }

  #resolve(written: string, at: Place, path: Path): Tree {
    const name = written.trim();
    const vars = this.#vars;
    const keys = name.split('.');
    const value = vars && valueAt(vars, keys);
    if (this.#broken.has(name)) return { kind: 'hole', at };
    if (!value) {
      const known = vars ? namesIn(vars) : [];
      const allowed = known.length > 0 ? `vars has ${known.join(', ')}` : 'the file has no vars';
      const message = `there is no variable ${name}; ${allowed}${didYouMean(name, known)}`;
      return this.#error(at, path, message);
    }
    if (this.#resolving.includes(name)) {
      const cycle = this.#resolving.slice(this.#resolving.indexOf(name));
      for (const each of cycle) this.#broken.add(each);
      const shown = [...cycle, name].join(' → ');
      return this.#error(at, path, `variables refer to each other: ${shown}`);
    }
    this.#resolving.push(name);
    const found = this.tree(value, ['vars', ...keys]);
    this.#resolving.pop();
    if (found.kind === 'hole') this.#broken.add(name);
    return found;
  }

  /** A broken variable is resolved wherever it is used; its error is reported once. */
  #error(at: Place, path: Path, message: string): HoleNode {
    const isKnown = this.#errors.all.some((each) => each.place === at && each.message === message);
    return isKnown ? { kind: 'hole', at } : this.#errors.hole(at, message, path);
  }
}

/** The paths of all values: `dropout`, `sizes.small`. */
function namesIn(vars: Tree, prefix = ''): string[] {
  if (vars.kind !== 'map') return [];
  return [...vars.entries].flatMap(([name, { value }]) =>
    value.kind === 'map' ? namesIn(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
