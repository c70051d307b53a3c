import { setImmediate } from 'node:timers/promises';

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** HWC, RGBA. */
  readonly pixels: Uint8Array;
}

const FILE_HEADER = 14;
const INFO_HEADER = 40;
/** A larger bitmap takes a gigabyte and seconds to decode. Photographs of this size are stored as JPEG or PNG. */
const MAX_PIXELS = 2 ** 26;
/** Pixels that are decoded before other events are handled. */
const PIXELS_PER_TICK = 2 ** 20;
/** Values of the field `compression`. */
const RGB = 0;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;

export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a Windows bitmap: 1, 4 or 8 bits with a palette, 16, 24 or 32 bits with or without masks, stored
 * from the bottom up or from the top down. Sharp's prebuilt libraries do not support BMP, and the decoders
 * on npm support few of these variants or decode them wrongly.
 * (https://learn.microsoft.com/windows/win32/gdi/bitmap-storage)
 *
 * @throws RangeError or Error when the bytes are not such a bitmap.
 */
export async function decodeBmp(bytes: Uint8Array): Promise<Bitmap> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = file.readUInt32LE(10);
  const headerSize = file.readUInt32LE(14);
  if (headerSize < INFO_HEADER)
    throw new Error(`BMP header of ${headerSize} bytes is not supported; save it as PNG`);
  const width = file.readInt32LE(18);
  const signedHeight = file.readInt32LE(22);
  const height = Math.abs(signedHeight);
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  if (width <= 0 || height === 0 || width * height > MAX_PIXELS)
    throw new Error(`BMP of ${width} x ${height} pixels; it may have up to ${MAX_PIXELS} pixels`);
  if (![RGB, BIT_FIELDS, ALPHA_BIT_FIELDS].includes(compression))
    throw new Error(`BMP with compression ${compression} is not supported; save it as PNG`);

  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (start + rowBytes * height > file.length) throw new Error('BMP is truncated');
  const colourAt = colourReader(file, { headerSize, bits, compression });
  const pixels = new Uint8Array(width * height * 4);
  const rowsPerTick = Math.ceil(PIXELS_PER_TICK / width);
  for (let y = 0; y < height; y++) {
    if (y % rowsPerTick === rowsPerTick - 1) await setImmediate();
    const row = start + rowBytes * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) pixels.set(colourAt(row, x), (y * width + x) * 4);
  }
  return { width, height, pixels };
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];
/** Returns the colour at column `x` of the row that begins at byte `row`. */
type ColourReader = (row: number, x: number) => Colour;

interface Format {
  readonly headerSize: number;
  readonly bits: number;
  readonly compression: number;
}

function colourReader(file: Buffer, format: Format): ColourReader {
  const { bits } = format;
  switch (bits) {
    case 1:
    case 4:
    case 8:
      return paletteReader(file, format);
    case 24:
      return (row, x) => {
        const at = row + 3 * x;
        return [file[at + 2] as number, file[at + 1] as number, file[at] as number, 255];
      };
    case 16:
    case 32:
      return maskReader(file, format);
    default:
      throw new Error(`BMP of ${bits} bits a pixel; supported are 1, 4, 8, 16, 24 and 32`);
  }
}

function paletteReader(file: Buffer, { headerSize, bits }: Format): ColourReader {
  const count = file.readUInt32LE(46) || 2 ** bits;
  const palette = Array.from({ length: Math.min(count, 2 ** bits) }, (_, i): Colour => {
    const at = FILE_HEADER + headerSize + 4 * i;
    return [file.readUInt8(at + 2), file.readUInt8(at + 1), file.readUInt8(at), 255];
  });
  return (row, x) => {
    const byte = file[row + ((x * bits) >> 3)] as number;
    const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
    const colour = palette[index];
    if (!colour) throw new Error(`BMP uses colour ${index} of a palette of ${palette.length}`);
    return colour;
  };
}

function maskReader(file: Buffer, { headerSize, bits, compression }: Format): ColourReader {
  const withMasks = compression !== RGB;
  const byDefault = bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  // The masks follow the first 40 bytes of the header, in all versions of the header.
  const hasAlpha = compression === ALPHA_BIT_FIELDS || headerSize >= 56;
  const masks = byDefault.map((mask, i) =>
    withMasks && (i < 3 || hasAlpha) ? file.readUInt32LE(FILE_HEADER + INFO_HEADER + 4 * i) : mask,
  );
  const [red, green, blue, alpha] = masks.map(channel) as [Channel, Channel, Channel, Channel];
  const opaque = (masks[3] as number) === 0;
  return (row, x) => {
    const value = bits === 16 ? file.readUInt16LE(row + 2 * x) : file.readUInt32LE(row + 4 * x);
    return [red(value), green(value), blue(value), opaque ? 255 : alpha(value)];
  };
}

type Channel = (value: number) => number;

/** Returns a function that scales the bits selected by a mask to 0 to 255. */
function channel(mask: number): Channel {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const maximum = mask >>> shift || 1;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / maximum);
}
