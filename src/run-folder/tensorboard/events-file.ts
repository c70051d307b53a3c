import { hostname } from 'node:os';
import { join } from 'node:path';
import { appendSynced } from '../../common/files.ts';
import { bytesField, doubleField, integerField, message } from '../../common/protobuf.ts';
import type { SummaryValue } from './summaries.ts';

/** A file of events as TensorBoard reads it (event.proto), on the disk after each event. */
export class EventsFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Begins a file of its own, so that a run that goes on leaves what was written before as it is. */
  static async begin(folder: string): Promise<EventsFile> {
    const name = `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`;
    const events = new EventsFile(join(folder, name));
    await events.#append(message(doubleField(1, now()), bytesField(3, 'brain.Event:2')));
    return events;
  }

  /** @param step as scalars are drawn over it. */
  async add(step: number, values: readonly SummaryValue[]): Promise<void> {
    const summary = message(...values.map((value) => bytesField(1, value)));
    await this.#append(
      message(doubleField(1, now()), integerField(2, step), bytesField(5, summary)),
    );
  }

  /** From this step on a reader forgets what earlier files of the run say (`SessionLog`, START). */
  async restart(step: number): Promise<void> {
    const start = bytesField(7, integerField(1, 1));
    await this.#append(message(doubleField(1, now()), integerField(2, step), start));
  }

  async #append(event: Buffer): Promise<void> {
    await appendSynced(this.#path, tfRecord(event));
  }
}

/** Seconds since 1970. */
export function now(): number {
  return Date.now() / 1000;
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const MASK = 0xa282ead8;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** One record of a TFRecord file: length, its checksum, content, its checksum (record_writer.h). */
export function tfRecord(content: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, masked(length), content, masked(content)]);
}

/** CRC-32C of some bytes (RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

/** A checksum of bytes that hold checksums would be weak, so it is turned and shifted. */
function masked(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE((((crc >>> 15) | (crc << 17)) + MASK) >>> 0);
  return checksum;
}
