import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';

/**
 * Opens a ZIP archive until `close` is called. In an archive with an impossible offset, `openPromise` of yauzl crashes the
 * program, because the file system throws in a callback; here the archive is refused.
 *
 * @throws Error if the file cannot be read, or if it is not a ZIP archive.
 */
export async function openZip(path: string): Promise<ZipFile> {
  const file = await open(path);
  const reader = new ArchiveReader(file);
  try {
    const { size } = await file.stat();
    const failed = new Promise<never>((_, reject) => reader.once('error', reject));
    return await Promise.race([
      fromRandomAccessReaderPromise(reader, size, { autoClose: false }),
      failed,
    ]);
  } catch (error) {
    await file.close();
    throw error;
  }
}

const CHUNK_BYTES = 2 ** 18;

type OnRead = (error: Error | null, bytesRead?: number) => void;

/** Reads an archive for yauzl, and emits what its callbacks throw as an error. */
class ArchiveReader extends RandomAccessReader {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#chunks(start, end), { objectMode: false });
  }

  /** A read stream of the file would close it at its end. */
  async *#chunks(start: number, end: number) {
    let position = start;
    while (position < end) {
      const length = Math.min(CHUNK_BYTES, end - position);
      const { buffer, bytesRead } = await this.#file.read(
        Buffer.alloc(length),
        0,
        length,
        position,
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: OnRead,
  ): void {
    this.#file
      .read(buffer, offset, length, position)
      .then(
        ({ bytesRead }) => callback(null, bytesRead),
        (error: Error) => callback(error),
      )
      .catch((error) => this.emit('error', error));
  }

  override close(callback: (error: Error | null) => void): void {
    this.#file.close().then(() => callback(null), callback);
  }
}
