import { didYouMean } from '../common/did-you-mean.ts';
import { MAX_VALUES } from './parse-yaml.ts';
import { FaultError, type Faults, type Path, type Place } from './source-place.ts';
import { type HoleNode, type MapNode, type ScalarNode, type Tree, valueAt } from './source-tree.ts';

const reference = /\$\{([^}]*)\}/g;
const MAX_LENGTH = 10_000;

/**
 * The tree with the value of each `${name}` in its place: where it is all of a value, the value that
 * `vars` gives, whatever its type; within text, as text. Values of `vars` may refer to others. A reference
 * that leads nowhere leaves a hole.
 */
export function interpolate(tree: MapNode, faults: Faults): MapNode | HoleNode {
  const interpolation = new Interpolation(tree, faults);
  const whole: HoleNode = { kind: 'hole', at: tree.at };
  return faults.attempt(() => interpolation.tree(tree, []) as MapNode, whole);
}

class Interpolation {
  readonly #faults: Faults;
  readonly #vars: Tree | undefined;
  /** Names that are being looked up, outermost first. */
  readonly #open: string[] = [];
  /** Names that stand for a hole, or lead back to themselves. */
  readonly #broken = new Set<string>();
  #values = 0;

  constructor(root: MapNode, faults: Faults) {
    this.#faults = faults;
    this.#vars = root.entries.get('vars')?.value;
  }

  tree(tree: Tree, path: Path): Tree {
    this.#values += 1;
    if (this.#values > 2 * MAX_VALUES) {
      const message = `vars make more than ${MAX_VALUES} values`;
      throw new FaultError([{ place: tree.at, path, message }]);
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
    const [match] = text.matchAll(reference);
    if (!match) return node;
    if (match[0] === text) return { ...this.#look(match[1] ?? '', at, path), at };
    let hole: HoleNode | null = null;
    const value = text.replaceAll(reference, (whole, name: string) => {
      const found = this.#look(name, at, path);
      if (found.kind === 'scalar') return String(found.value);
      const message = `${whole} is a ${found.kind}, which cannot be part of a text`;
      hole = found.kind === 'hole' ? found : this.#fault(at, path, message);
      return whole;
    });
    if (hole) return hole;
    if (value.length <= MAX_LENGTH) return { ...node, value };
    return this.#fault(at, path, `vars make a text of ${value.length} letters`);
  }

  #look(written: string, at: Place, path: Path): Tree {
    const name = written.trim();
    const vars = this.#vars;
    const keys = name.split('.');
    const value = vars && valueAt(vars, keys);
    if (this.#broken.has(name)) return { kind: 'hole', at };
    if (!value) {
      const known = vars ? namesIn(vars) : [];
      const allowed = known.length > 0 ? `vars has ${known.join(', ')}` : 'the file has no vars';
      const message = `there is no variable ${name}; ${allowed}${didYouMean(name, known)}`;
      return this.#fault(at, path, message);
    }
    if (this.#open.includes(name)) {
      const cycle = this.#open.slice(this.#open.indexOf(name));
      for (const each of cycle) this.#broken.add(each);
      const shown = [...cycle, name].join(' → ');
      return this.#fault(at, path, `variables refer to each other: ${shown}`);
    }
    this.#open.push(name);
    const found = this.tree(value, ['vars', ...keys]);
    this.#open.pop();
    if (found.kind === 'hole') this.#broken.add(name);
    return found;
  }

  /** A variable that is wrong itself is looked up wherever it is used: that is told once. */
  #fault(at: Place, path: Path, message: string): HoleNode {
    const told = this.#faults.all.some((each) => each.place === at && each.message === message);
    return told ? { kind: 'hole', at } : this.#faults.hole(at, message, path);
  }
}

/** Paths of all values: `dropout`, `sizes.small`. */
function namesIn(vars: Tree, prefix = ''): string[] {
  if (vars.kind !== 'map') return [];
  return [...vars.entries].flatMap(([name, { value }]) =>
    value.kind === 'map' ? namesIn(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
