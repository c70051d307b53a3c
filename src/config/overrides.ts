import { InputError } from '../errors.ts';
import { parseFile, readText } from './extends.ts';
import { type Change, parsePath, setValue } from './set.ts';
import type { MapNode } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** What the command line changes in an experiment. */
export interface Overrides {
  /** `path=value`, the value in YAML. */
  readonly set: readonly string[];
  /** `path=file`, the value what a YAML file says. */
  readonly setFile: readonly string[];
}

/** @throws InputError when one of them leads nowhere or is no YAML. */
export async function applyOverrides(tree: MapNode, overrides: Overrides): Promise<MapNode> {
  const files = overrides.setFile.map(async (text): Promise<Change> => {
    const { path, place, written } = parseOption('--set-file', text);
    return { path, place, value: parseFile(written, await readText(written)) };
  });
  const values = overrides.set.map((text): Change => {
    const { path, place, written } = parseOption('--set', text);
    return { path, place, value: parseYaml(written, place.origin, false) };
  });
  return [...(await Promise.all(files)), ...values].reduce(setValue, tree);
}

interface Option extends Pick<Change, 'path' | 'place'> {
  /** What stands after the `=`. */
  readonly written: string;
}

function parseOption(option: string, text: string): Option {
  const origin = { name: `${option} ${text}`, folder: process.cwd() };
  const [, left = '', written = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const path = parsePath(left.trim());
  if (path) return { path, written, place: { origin, position: null } };
  throw new InputError(
    `${origin.name}  must be a path, = and a value, e.g. phases.head.epochs=5 or model.head[3].dropout=0.5`,
  );
}
