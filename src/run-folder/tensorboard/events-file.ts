import { hostname } from 'node:os';
import { join } from 'node:path';
import { appendSynced } from '../../common/files.ts';
import {
  bytesField,
  doubleField,
  floatField,
  integerField,
  message,
} from '../../common/protobuf.ts';

/** A file of events in TensorBoard's format (event.proto); each event is on the disk when its promise resolves. */
export class EventsFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Creates a new file; a resumed run leaves the files of earlier processes unchanged. */
  static async create(folder: string): Promise<EventsFile> {
    const name = `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`;
    const events = new EventsFile(join(folder, name));
    await events.#append(message(doubleField(1, now()), bytesField(3, 'brain.Event:2')));
    return events;
  }

  /** @param step the x coordinate of scalars. */
  async add(step: number, values: readonly SummaryValue[]): Promise<void> {
    const summary = message(...values.map((value) => bytesField(1, value)));
    await this.#append(
      message(doubleField(1, now()), integerField(2, step), bytesField(5, summary)),
    );
  }

  /** Makes readers discard what earlier files of the run have from this step on (`SessionLog`, START). */
  async restart(step: number): Promise<void> {
    const start = bytesField(7, integerField(1, 1));
    await this.#append(message(doubleField(1, now()), integerField(2, step), start));
  }

  async #append(event: Buffer): Promise<void> {
    await appendSynced(this.#path, tfRecord(event));
  }
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}

/** One `Summary.Value` (summary.proto). */
export type SummaryValue = Buffer;

export type HParams = Readonly<Record<string, string | number>>;

export function scalar(tag: string, value: number): SummaryValue {
  return message(bytesField(1, tag), floatField(2, value));
}

const RGBA = 4;

/** An image; its size comes from the header of the PNG. */
export function image(tag: string, png: Uint8Array): SummaryValue {
  const view = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  const content = message(
    integerField(1, height),
    integerField(2, width),
    integerField(3, RGBA),
    bytesField(4, png),
  );
  return message(bytesField(1, tag), bytesField(4, content));
}

/** The start of a run on the HParams page. */
export function hparamsStart(hparams: HParams, group: string): SummaryValue {
  const entries = Object.entries(hparams).map(([name, value]) =>
    bytesField(1, message(bytesField(1, name), bytesField(2, hparamValue(value)))),
  );
  const start = message(...entries, bytesField(4, group), doubleField(5, now()));
  return hparamsValue('_hparams_/session_start_info', bytesField(3, start));
}

const SUCCESS = 1;
const FAILURE = 2;

/** The end of a run on the HParams page. */
export function hparamsEnd(succeeded: boolean): SummaryValue {
  const end = message(integerField(1, succeeded ? SUCCESS : FAILURE), doubleField(2, now()));
  return hparamsValue('_hparams_/session_end_info', bytesField(4, end));
}

function hparamValue(value: string | number): Buffer {
  return typeof value === 'number' ? doubleField(2, value) : bytesField(3, value);
}

/** The page reads only the metadata (`HParamsPluginData`), but a value needs a tensor too. */
function hparamsValue(tag: string, data: Buffer): SummaryValue {
  const plugin = message(bytesField(1, 'hparams'), bytesField(2, data));
  const dimension = bytesField(2, integerField(1, 1));
  const tensor = message(integerField(1, 1), bytesField(2, dimension), floatField(5, 0));
  return message(bytesField(1, tag), bytesField(8, tensor), bytesField(9, bytesField(1, plugin)));
}

/** One record of a TFRecord file: length, its checksum, content, its checksum (record_writer.h). */
export function tfRecord(content: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, maskedChecksum(length), content, maskedChecksum(content)]);
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** CRC-32C of some bytes (RFC 3720, B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

const MASK = 0xa282ead8;

/** TFRecord rotates and shifts its checksums, because a CRC of bytes that contain CRCs is weak. */
function maskedChecksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE((((crc >>> 15) | (crc << 17)) + MASK) >>> 0);
  return checksum;
}
