import { parseYaml } from './parse-yaml.ts';
import { parseFile, readText } from './read-files.ts';
import { type Change, parsePath, setValue } from './set-value.ts';
import { FaultError, type Faults } from './source-place.ts';
import type { HoleNode, MapNode, Tree } from './source-tree.ts';

/** What the command line changes in an experiment. */
export interface Overrides {
  /** `path=value`, the value in YAML. */
  readonly set: readonly string[];
  /** `path=file`, the value what a YAML file says. */
  readonly setFile: readonly string[];
}

/** The tree with all changes; one that leads nowhere changes nothing. */
export async function applyOverrides<Root extends MapNode | HoleNode>(
  tree: Root,
  { set, setFile }: Overrides,
  faults: Faults,
): Promise<Root> {
  const files = setFile.map(async (text) => {
    const option = faults.attempt(() => parseOption('--set-file', text), null);
    return option && { ...option, value: await valueOfFile(option, faults) };
  });
  const values = set.map((text) => {
    const option = faults.attempt(() => parseOption('--set', text), null);
    return (
      option && { ...option, value: parseYaml(option.written, option.place.origin, faults, false) }
    );
  });
  return [...(await Promise.all(files)), ...values]
    .filter((change) => change !== null)
    .reduce((before, change) => faults.attempt(() => setValue(before, change), before), tree);
}

interface Option extends Pick<Change, 'path' | 'place'> {
  /** What stands after the `=`. */
  readonly written: string;
}

/** @throws FaultError */
function parseOption(option: string, text: string): Option {
  const origin = { name: `${option} ${text}`, folder: process.cwd() };
  const place = { origin, position: null };
  const [, left = '', written = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const path = parsePath(left.trim());
  if (path) return { path, written, place };
  const message =
    'must be a path, = and a value, e.g. phases.head.epochs=5 or model.head[3].dropout=0.5';
  throw new FaultError([{ place, path: [], message }]);
}

async function valueOfFile({ written, place }: Option, faults: Faults): Promise<Tree> {
  const text = await readText(written).catch((error: Error) => faults.hole(place, error.message));
  return typeof text === 'string' ? parseFile(written, text, faults) : text;
}
