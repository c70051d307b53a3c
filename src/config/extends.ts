import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { merge } from './merge.ts';
import { faultError } from './place.ts';
import { type MapNode, type Tree, withoutEntry } from './tree.ts';
import { checkSize, parseYaml } from './yaml.ts';

/** A file's text. @throws InputError when it cannot be read or is too large. */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    checkSize(size, file);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new InputError(`${file}: ${why}; an experiment is a YAML file, e.g. experiment.yaml`);
  }
}

/** What a file says. @throws InputError when it cannot be read, or is no YAML. */
export function parseFile(file: string, text: string): Tree {
  return parseYaml(text, { name: file, folder: resolve(dirname(file)) });
}

/**
 * What an experiment file says together with those that it extends.
 * @param chain the files that led here.
 * @throws InputError when one of them cannot be read or extends itself.
 */
export async function readExtended(
  file: string,
  text: string,
  chain: readonly string[] = [],
): Promise<MapNode> {
  const tree = parseFile(file, text);
  if (tree.kind !== 'map') {
    const message = 'an experiment file is a map with the keys data, model and phases';
    throw faultError([{ place: tree.at, path: [], message: message }]);
  }
  const extended = tree.entries.get('extends')?.value;
  if (!extended) return tree;
  const { at } = extended;
  if (extended.kind !== 'scalar' || typeof extended.value !== 'string') {
    throw faultError([
      { place: at, path: ['extends'], message: 'must be the path of another file' },
    ]);
  }
  const base = isAbsolute(extended.value) ? extended.value : join(dirname(file), extended.value);
  const files = [...chain, file];
  if (files.some((each) => resolve(each) === resolve(base))) {
    const cycle = `the files extend each other: ${[...files, base].join(' → ')}`;
    throw faultError([{ place: at, path: ['extends'], message: cycle }]);
  }
  const baseText = await readText(base).catch((error: Error) => {
    throw faultError([{ place: at, path: ['extends'], message: error.message }]);
  });
  return merge(await readExtended(base, baseText, files), withoutEntry(tree, 'extends'));
}
