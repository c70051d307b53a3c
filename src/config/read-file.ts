import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { InputError } from '../common/errors.ts';
import { statOrNull } from '../common/files.ts';
import { requireAllowed } from '../common/sandbox.ts';
import { merge } from './edit.ts';
import { checkSize, MAX_BYTES, parseYaml } from './parse-yaml.ts';
import { expandHome } from './paths.ts';
import type { ErrorCollector } from './source-errors.ts';
import { type HoleNode, type MapNode, type Tree, withoutEntry } from './source-tree.ts';

/** Reads the text of a file. @throws InputError if it cannot be read, is too large or is not UTF-8. */
export async function readText(file: string): Promise<string> {
  requireAllowed(file);
  try {
    const { size } = await stat(file);
    checkSize(size, file);
    // A device or a pipe reports no size.
    const bytes = await buffer(createReadStream(file, { end: MAX_BYTES }));
    checkSize(bytes.length, file);
    return decode(bytes, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new InputError(`${file}: ${why}; an experiment is a YAML file, e.g. experiment.yaml`);
  }
}

/** @throws InputError that names the encoding if it is not UTF-8. */
function decode(bytes: Buffer, file: string): string {
  const text = bytes.toString('utf8');
  const isBinary = bytes.includes(0);
  if (isUtf8(bytes) && !isBinary) return text.replace(/^\uFEFF/, '');
  const before = text.slice(0, text.search(isBinary ? /\0/ : /\uFFFD/)).split('\n');
  const guess = isBinary ? 'binary data' : 'probably Latin-1 or Windows-1252';
  const found = wideEncoding(bytes) ?? `${guess}, in line ${before.length}`;
  throw new InputError(`${file}: an experiment file must be text in UTF-8. Received: ${found}`);
}

/** The encoding of a text whose characters take two bytes each; `null` for other texts. */
function wideEncoding(bytes: Buffer): string | null {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a && b === 0 && c && d === 0)) return 'UTF-16 LE';
  return (a === 0xfe && b === 0xff) || (a === 0 && b && c === 0 && d) ? 'UTF-16 BE' : null;
}

/** Parses the text of a file; a hole if it is not YAML. */
export function parseFile(file: string, text: string, errors: ErrorCollector): Tree {
  return parseYaml(text, { name: file, folder: resolve(dirname(file)) }, errors);
}

/**
 * Parses an experiment file and merges it over the files that it extends. The result is a hole if one of them cannot
 * be read, is not a map, or extends itself: no error below it is certain.
 * @param chain the files that extend this one.
 */
export async function readExtended(
  file: string,
  text: string,
  errors: ErrorCollector,
  chain: readonly string[] = [],
): Promise<MapNode | HoleNode> {
  const tree = parseFile(file, text, errors);
  if (tree.kind === 'hole') return tree;
  if (tree.kind !== 'map') {
    const message = 'an experiment file is a map with the keys data, model and phases';
    return errors.hole(tree.at, message);
  }
  const extended = tree.entries.get('extends')?.value;
  if (!extended) return tree;
  if (extended.kind === 'hole') return extended;
  const wrong = (message: string) => errors.hole(extended.at, message, ['extends']);
  if (extended.kind !== 'scalar' || typeof extended.value !== 'string') {
    return wrong('must be the path of another file');
  }
  const path = expandHome(extended.value);
  const base = isAbsolute(path) ? path : join(dirname(file), path);
  const files = [...chain, file];
  if (files.some((each) => resolve(each) === resolve(base))) {
    return wrong(`the files extend each other: ${[...files, base].join(' → ')}`);
  }
  // A pipe in a file would block the program, but one on the command line is wanted.
  if (statOrNull(base)?.isFile() === false) return wrong(`${base} is not a file`);
  const baseText = await readText(base).catch((error: Error) => wrong(error.message));
  if (typeof baseText !== 'string') return baseText;
  const below = await readExtended(base, baseText, errors, files);
  return below.kind === 'map' ? merge(below, withoutEntry(tree, 'extends')) : below;
}
