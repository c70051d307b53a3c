import { Semaphore } from 'async-mutex';
import sharp, { type FailOnOptions, type Sharp } from 'sharp';
import type { DataConfig } from '../../experiment/experiment.ts';
import { decodeBmp, isBmp } from './bmp.ts';

// Decoding images in parallel is faster than several threads for one image. No image is decoded twice.
sharp.concurrency(1);
sharp.cache(false);
/** Most images that are decoded at the same time. */
const MAX_CONCURRENCY = 1024;
/** A lock of libvips' error log. The process has one log; every operation writes to it and clears it at its end. */
const errorLog = new Semaphore(MAX_CONCURRENCY);

export interface DecodedImage {
  /** Bytes in HWC order, RGB or greyscale. */
  readonly pixels: Uint8Array;
  /** Size before resizing, after the EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** True if the data are damaged. The pixels are then what the format's library decodes. */
  readonly damaged: boolean;
}

/**
 * Decodes an image file. Applies the EXIF orientation, resizes to the shape (averaging over the area of a pixel when it
 * shrinks), takes the first frame of an animation, blends
 * transparency with white, and reduces 16 bits to 8. Damaged but complete data are decoded, as by
 * TensorFlow and Pillow.
 *
 * @throws Error when the file cannot be decoded.
 */
export async function decodeImage(
  bytes: Uint8Array,
  shape: readonly [number, number, number],
  resize: DataConfig['resize'],
): Promise<DecodedImage> {
  const decoded = async (failOn: FailOnOptions) => decode(await open(bytes, failOn), shape, resize);
  const strict = await errorLog.runExclusive(() => decoded('warning').catch(() => null));
  if (strict) return { ...strict, damaged: false };
  const lenient = await errorLog.runExclusive(() => decoded('error').catch(() => null));
  if (lenient) return { ...lenient, damaged: true };
  // The strict error says more. It is about this image only if no other one is being decoded, so this takes
  // the whole semaphore.
  const alone = await errorLog.runExclusive(() => decoded('warning'), MAX_CONCURRENCY);
  return { ...alone, damaged: false };
}

const FIT = { stretch: 'fill', crop: 'cover', pad: 'contain' } as const;
const KERNEL = { bilinear: 'linear', bicubic: 'cubic', lanczos3: 'lanczos3' } as const;

async function decode(
  image: Sharp,
  [height, width, channels]: readonly [number, number, number],
  { fit, interpolation }: DataConfig['resize'],
): Promise<Omit<DecodedImage, 'damaged'>> {
  const { autoOrient } = await image.metadata();
  const pixels = await image
    .flatten({ background: 'white' })
    .resize(width, height, { fit: FIT[fit], kernel: KERNEL[interpolation], background: 'black' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { pixels, width: autoOrient.width, height: autoOrient.height };
}

async function open(bytes: Uint8Array, failOn: FailOnOptions): Promise<Sharp> {
  if (!isBmp(bytes)) return sharp(bytes, { autoOrient: true, failOn });
  const { width, height, pixels } = await decodeBmp(bytes);
  return sharp(pixels, { raw: { width, height, channels: 4 } });
}
