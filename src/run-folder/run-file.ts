import { join } from 'node:path';
import { Semaphore } from 'async-mutex';
import { InputError } from '../common/errors.ts';
import { readRegularFile, writeAtomic } from '../common/files.ts';

/** A file of a run is damaged, or a later version of the program wrote it. */
export class UnreadableFileError extends InputError {}

/** A later version of the program wrote a file. */
export class LaterFormatError extends UnreadableFileError {}

interface JsonFormat<Value> {
  /** The format that this version writes, and the latest one that it reads. */
  readonly version: number;
  /** Keys that a complete file has. */
  readonly keys: readonly (keyof Value & string)[];
  readonly indent?: number;
}

/**
 * A JSON file of a run's or a sweep's folder. Its `formatVersion` is not part of the value; a file without one has
 * format 1.
 */
export class JsonFile<Value extends object> {
  readonly name: string;
  readonly #format: JsonFormat<Value>;

  constructor(name: string, format: JsonFormat<Value>) {
    this.name = name;
    this.#format = format;
  }

  path(folder: string): string {
    return join(folder, this.name);
  }

  async write(folder: string, value: Value): Promise<void> {
    const { version, indent = 2 } = this.#format;
    const text = JSON.stringify({ formatVersion: version, ...value }, null, indent);
    await writeAtomic(this.path(folder), `${text}\n`);
  }

  /** Reads the file; `null` if there is none. @throws UnreadableFileError */
  async read(folder: string): Promise<Value | null> {
    const path = this.path(folder);
    const text = await readText(path);
    if (text === null) return null;
    const content = parseObject(text);
    requireFormat(path, content?.formatVersion, this.#format.version);
    const { keys } = this.#format;
    if (content && keys.every((key) => key in content)) {
      const { formatVersion: _, ...value } = content;
      return value as Value;
    }
    const found = text === '' ? 'it is empty' : `its ${text.length} characters are no whole record`;
    throw new UnreadableFileError(
      `${path} is damaged: ${found} (JSON with ${keys.join(', ')}). Put back a copy of the file, or delete the run: cifar-run rm`,
    );
  }
}

/**
 * Runs a reader of the files of a run. A value of a wrong type, wherever it makes the reader fail, means a damaged file.
 * @throws UnreadableFileError
 */
export async function readingRun<Result>(
  folder: string,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UnreadableFileError(
      `${folder} is damaged: a file has a value of a wrong type (${error.message}). Put back a copy of its files, or delete the run: cifar-run rm`,
      { cause: error },
    );
  }
}

/** @throws LaterFormatError if a later version of the program wrote the file at this path. */
export function requireFormat(path: string, format: unknown, latest: number): void {
  if (typeof format !== 'number' || format <= latest) return;
  throw new LaterFormatError(
    `${path} was written by a later version of cifar-run (format ${format}; this one reads up to ${latest}); update cifar-run`,
  );
}

/** Far more than the predictions of a million images of a hundred classes. */
const MAX_TEXT_BYTES = 2 ** 29 - 2 ** 24;

/** Tables of thousands of runs read all of them at once, but a process may open only about a thousand files. */
const reading = new Semaphore(64);

/** Reads a text file; `null` if there is none. @throws UnreadableFileError */
export async function readText(path: string): Promise<string | null> {
  try {
    const bytes = await reading.runExclusive(() => readRegularFile(path, MAX_TEXT_BYTES));
    return bytes.toString();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UnreadableFileError(`a file of the run cannot be read: ${message}`, { cause: error });
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
