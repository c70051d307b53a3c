import { type Change, parsePath, setValue } from './edit.ts';
import { parseYaml } from './parse-yaml.ts';
import { expandHome } from './paths.ts';
import { parseFile, readText } from './read-file.ts';
import { ConfigError, type ErrorCollector } from './source-errors.ts';
import type { HoleNode, MapNode, Tree } from './source-tree.ts';

/** Changes that the command line makes to an experiment. */
export interface Overrides {
  /** `path=value`, with the value in YAML. */
  readonly set: readonly string[];
  /** `path=file`, with the value in a YAML file. */
  readonly setFile: readonly string[];
}

/** Applies all changes to a tree. A change with a wrong path changes nothing. */
export async function applyOverrides<Root extends MapNode | HoleNode>(
  tree: Root,
  { set, setFile }: Overrides,
  errors: ErrorCollector,
): Promise<Root> {
  const files = setFile.map(async (text) => {
    const option = errors.attempt(() => parseOption('--set-file', text), null);
    return option && { ...option, value: await valueOfFile(option, errors) };
  });
  const values = set.map((text) => {
    const option = errors.attempt(() => parseOption('--set', text), null);
    if (!option) return null;
    const { written, place } = option;
    return { ...option, value: parseYaml(written, place.origin, errors, { positions: false }) };
  });
  return [...(await Promise.all(files)), ...values]
    .filter((change) => change !== null)
    .reduce((before, change) => errors.attempt(() => setValue(before, change), before), tree);
}

interface Option extends Pick<Change, 'path' | 'place'> {
  /** The text after the `=`. */
  readonly written: string;
}

/** @throws ConfigError */
function parseOption(option: string, text: string): Option {
  const origin = { name: `${option} ${text}`, folder: process.cwd() };
  const place = { origin, position: null };
  const [, left = '', written = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const path = parsePath(left.trim());
  if (path) return { path, written, place };
  const message =
    'must be a path, = and a value, e.g. phases.head.epochs=5 or model.head[3].dropout=0.5';
  throw new ConfigError([{ place, path: [], message }]);
}

async function valueOfFile({ written, place }: Option, errors: ErrorCollector): Promise<Tree> {
  const file = expandHome(written);
  const text = await readText(file).catch((error: Error) => errors.hole(place, error.message));
  return typeof text === 'string' ? parseFile(file, text, errors) : text;
}
