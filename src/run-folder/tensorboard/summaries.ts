import {
  bytesField,
  doubleField,
  floatField,
  integerField,
  message,
} from '../../common/protobuf.ts';

/** One `Summary.Value` (summary.proto). */
export type SummaryValue = Buffer;

export type HParams = Readonly<Record<string, string | number>>;

export function scalar(tag: string, value: number): SummaryValue {
  return message(bytesField(1, tag), floatField(2, value));
}

const RGBA = 4;

/** @param png its size is read from its header. */
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

/** What the HParams page lists the run with. */
export function hparamsBegin(hparams: HParams, group: string, seconds: number): SummaryValue {
  const entries = Object.entries(hparams).map(([name, value]) =>
    bytesField(1, message(bytesField(1, name), bytesField(2, hparamValue(value)))),
  );
  const start = message(...entries, bytesField(4, group), doubleField(5, seconds));
  return hparamsValue('_hparams_/session_start_info', bytesField(3, start));
}

const SUCCESS = 1;
const FAILURE = 2;

export function hparamsEnd(succeeded: boolean, seconds: number): SummaryValue {
  const end = message(integerField(1, succeeded ? SUCCESS : FAILURE), doubleField(2, seconds));
  return hparamsValue('_hparams_/session_end_info', bytesField(4, end));
}

function hparamValue(value: string | number): Buffer {
  return typeof value === 'number' ? doubleField(2, value) : bytesField(3, value);
}

/** The page reads the metadata alone (`HParamsPluginData`); the tensor has to be there all the same. */
function hparamsValue(tag: string, data: Buffer): SummaryValue {
  const plugin = message(bytesField(1, 'hparams'), bytesField(2, data));
  const dimension = bytesField(2, integerField(1, 1));
  const tensor = message(integerField(1, 1), bytesField(2, dimension), floatField(5, 0));
  return message(bytesField(1, tag), bytesField(8, tensor), bytesField(9, bytesField(1, plugin)));
}
