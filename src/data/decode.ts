import sharp, { type Sharp } from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';

// Pictures are decoded side by side, which beats threads within one; none is decoded twice.
sharp.concurrency(1);
sharp.cache(false);

export interface DecodedPicture {
  /** Bytes in HWC order, RGB or grey. */
  readonly pixels: Uint8Array;
  /** As it was before it was given the size wanted. */
  readonly width: number;
  readonly height: number;
}

/**
 * A picture file turned upright by its EXIF orientation, stretched to the size by bilinear interpolation
 * (over the whole area that a pixel covers, where it shrinks), of an animation the first frame, transparency
 * over white, 16 bits reduced to 8.
 *
 * @throws Error when it cannot be decoded.
 */
export async function decodePicture(
  bytes: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
): Promise<DecodedPicture> {
  const picture = open(bytes);
  const { autoOrient } = await picture.metadata();
  const pixels = await picture
    .flatten({ background: 'white' })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { pixels, width: autoOrient.width, height: autoOrient.height };
}

function open(bytes: Uint8Array): Sharp {
  if (!isBmp(bytes)) return sharp(bytes, { autoOrient: true });
  const { width, height, pixels } = decodeBmp(bytes);
  return sharp(pixels, { raw: { width, height, channels: 4 } });
}
