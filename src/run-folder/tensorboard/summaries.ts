import { bytes, double, float, integer, message } from '../../common/protobuf-write.ts';

/** One `Summary.Value` (summary.proto). */
export type SummaryValue = Buffer;

export type HParams = Readonly<Record<string, string | number>>;

export function scalar(tag: string, value: number): SummaryValue {
  return message(bytes(1, tag), float(2, value));
}

const RGBA = 4;

/** @param png its size is read from its header. */
export function image(tag: string, png: Uint8Array): SummaryValue {
  const view = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)];
  const content = message(integer(1, height), integer(2, width), integer(3, RGBA), bytes(4, png));
  return message(bytes(1, tag), bytes(4, content));
}

/** What the HParams page lists the run with. */
export function hparamsBegin(hparams: HParams, group: string, seconds: number): SummaryValue {
  const entries = Object.entries(hparams).map(([name, value]) =>
    bytes(1, message(bytes(1, name), bytes(2, hparamValue(value)))),
  );
  const start = message(...entries, bytes(4, group), double(5, seconds));
  return hparamsValue('_hparams_/session_start_info', bytes(3, start));
}

const SUCCESS = 1;
const FAILURE = 2;

export function hparamsEnd(succeeded: boolean, seconds: number): SummaryValue {
  const end = message(integer(1, succeeded ? SUCCESS : FAILURE), double(2, seconds));
  return hparamsValue('_hparams_/session_end_info', bytes(4, end));
}

function hparamValue(value: string | number): Buffer {
  return typeof value === 'number' ? double(2, value) : bytes(3, value);
}

/** The page reads the metadata alone (`HParamsPluginData`); the tensor has to be there all the same. */
function hparamsValue(tag: string, data: Buffer): SummaryValue {
  const plugin = message(bytes(1, 'hparams'), bytes(2, data));
  const dimension = bytes(2, integer(1, 1));
  const tensor = message(integer(1, 1), bytes(2, dimension), float(5, 0));
  return message(bytes(1, tag), bytes(8, tensor), bytes(9, bytes(1, plugin)));
}
