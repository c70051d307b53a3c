import { didYouMean } from '../model/did-you-mean.ts';
import { type Fault, faultError, type Path, type Place } from './place.ts';
import { type MapNode, type ScalarNode, type Tree, valueAt } from './tree.ts';
import { MAX_VALUES } from './yaml.ts';

const reference = /\$\{([^}]*)\}/g;
const MAX_LENGTH = 10_000;

/**
 * The tree with the value of each `${name}` in its place: where it is all of a value, the value that
 * `vars` gives, whatever its type; within text, as text. Values of `vars` may refer to others.
 * @throws InputError with one line for each reference that leads nowhere.
 */
export function interpolate(tree: MapNode): MapNode {
  const interpolation = new Interpolation(tree);
  const result = interpolation.tree(tree, []) as MapNode;
  if (interpolation.faults.length > 0) throw faultError(interpolation.faults);
  return result;
}

class Interpolation {
  readonly faults: Fault[] = [];
  readonly #vars: Tree | undefined;
  /** Names that are being looked up, outermost first. */
  readonly #open: string[] = [];
  #values = 0;

  constructor(root: MapNode) {
    this.#vars = root.entries.get('vars')?.value;
  }

  tree(tree: Tree, path: Path): Tree {
    this.#values += 1;
    if (this.#values > 2 * MAX_VALUES) {
      throw faultError([
        { place: tree.at, path, message: `vars make more than ${MAX_VALUES} values` },
      ]);
    }
    switch (tree.kind) {
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
    if (match[0] === text) return { ...(this.#look(match[1] ?? '', at, path) ?? node), at };
    const value = text.replaceAll(reference, (whole, name: string) => {
      const found = this.#look(name, at, path);
      if (!found) return whole;
      if (found.kind === 'scalar') return String(found.value);
      this.#report(at, path, `${whole} is a ${found.kind}, which cannot be part of a text`);
      return whole;
    });
    if (value.length <= MAX_LENGTH) return { ...node, value };
    throw faultError([{ place: at, path, message: `vars make a text of ${value.length} letters` }]);
  }

  #look(written: string, at: Place, path: Path): Tree | undefined {
    const name = written.trim();
    const value = this.#vars && valueAt(this.#vars, name.split('.'));
    if (!value) {
      const known = this.#vars ? namesIn(this.#vars) : [];
      const allowed = known.length > 0 ? `vars has ${known.join(', ')}` : 'the file has no vars';
      this.#report(at, path, `there is no variable ${name}; ${allowed}${didYouMean(name, known)}`);
      return undefined;
    }
    if (this.#open.includes(name)) {
      const cycle = [...this.#open.slice(this.#open.indexOf(name)), name].join(' → ');
      throw faultError([{ place: at, path, message: `variables refer to each other: ${cycle}` }]);
    }
    this.#open.push(name);
    const found = this.tree(value, path);
    this.#open.pop();
    return found;
  }

  #report(place: Place, path: Path, message: string): void {
    this.faults.push({ place, path, message });
  }
}

/** Paths of all values: `dropout`, `sizes.small`. */
function namesIn(vars: Tree, prefix = ''): string[] {
  if (vars.kind !== 'map') return [];
  return [...vars.entries].flatMap(([name, { value }]) =>
    value.kind === 'map' ? namesIn(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}
