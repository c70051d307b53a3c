import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { InputError } from '../common/errors.ts';
import { merge } from './merge.ts';
import { checkSize, MAX_BYTES, parseYaml } from './parse-yaml.ts';
import type { Faults } from './source-place.ts';
import { type HoleNode, type MapNode, type Tree, withoutEntry } from './source-tree.ts';

/** A file's text. @throws InputError when it cannot be read or is too large. */
export async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    checkSize(size, file);
    // A device or a pipe tells of no size.
    const bytes = await buffer(createReadStream(file, { end: MAX_BYTES }));
    checkSize(bytes.length, file);
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new InputError(`${file}: ${why}; an experiment is a YAML file, e.g. experiment.yaml`);
  }
}

/** What a file says; a hole when it is no YAML. */
export function parseFile(file: string, text: string, faults: Faults): Tree {
  return parseYaml(text, { name: file, folder: resolve(dirname(file)) }, faults);
}

/**
 * What an experiment file says together with those that it extends; a hole when one of them cannot be read,
 * is no map or extends itself: what it would have said may be all that another one seems to lack.
 * @param chain the files that led here.
 */
export async function readExtended(
  file: string,
  text: string,
  faults: Faults,
  chain: readonly string[] = [],
): Promise<MapNode | HoleNode> {
  const tree = parseFile(file, text, faults);
  if (tree.kind === 'hole') return tree;
  if (tree.kind !== 'map') {
    return faults.hole(tree.at, 'an experiment file is a map with the keys data, model and phases');
  }
  const extended = tree.entries.get('extends')?.value;
  if (!extended) return tree;
  if (extended.kind === 'hole') return extended;
  const wrong = (message: string) => faults.hole(extended.at, message, ['extends']);
  if (extended.kind !== 'scalar' || typeof extended.value !== 'string') {
    return wrong('must be the path of another file');
  }
  const base = isAbsolute(extended.value) ? extended.value : join(dirname(file), extended.value);
  const files = [...chain, file];
  if (files.some((each) => resolve(each) === resolve(base))) {
    return wrong(`the files extend each other: ${[...files, base].join(' → ')}`);
  }
  const baseText = await readText(base).catch((error: Error) => wrong(error.message));
  if (typeof baseText !== 'string') return baseText;
  const below = await readExtended(base, baseText, faults, files);
  return below.kind === 'map' ? merge(below, withoutEntry(tree, 'extends')) : below;
}
