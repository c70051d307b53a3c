import sharp, { type FailOnOptions, type Sharp } from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';

/** A readers-writer lock: shared work runs concurrently, exclusive work runs alone. */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** The last exclusive work in the queue. */
  #exclusive: Promise<unknown> | null = null;

  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#exclusive) await this.#exclusive;
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#exclusive;
    const turn = Promise.allSettled([before, ...this.#running]).then(work);
    const ended = turn.catch(() => {});
    this.#exclusive = ended;
    try {
      return await turn;
    } finally {
      if (this.#exclusive === ended) this.#exclusive = null;
    }
  }
}

// Decoding images in parallel is faster than several threads for one image. No image is decoded twice.
sharp.concurrency(1);
sharp.cache(false);
/** libvips has one error log for the process: every operation writes to it and clears it at its end. */
const errorLog = new SharedLock();

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
 * Decodes an image file. Applies the EXIF orientation, resizes to the shape by bilinear interpolation
 * (averaging over the area of a pixel when it shrinks), takes the first frame of an animation, blends
 * transparency with white, and reduces 16 bits to 8. Damaged but complete data are decoded, as by
 * TensorFlow and Pillow.
 *
 * @throws Error when the file cannot be decoded.
 */
export async function decodeImage(
  bytes: Uint8Array,
  shape: readonly [number, number, number],
): Promise<DecodedImage> {
  const decoded = async (failOn: FailOnOptions) => decode(open(bytes, failOn), shape);
  const strict = await errorLog.shared(() => decoded('warning').catch(() => null));
  if (strict) return { ...strict, damaged: false };
  const lenient = await errorLog.shared(() => decoded('error').catch(() => null));
  if (lenient) return { ...lenient, damaged: true };
  // The strict error says more. It is about this image only if no other one is being decoded.
  return { ...(await errorLog.exclusive(() => decoded('warning'))), damaged: false };
}

async function decode(
  image: Sharp,
  [height, width, channels]: readonly [number, number, number],
): Promise<Omit<DecodedImage, 'damaged'>> {
  const { autoOrient } = await image.metadata();
  const pixels = await image
    .flatten({ background: 'white' })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return { pixels, width: autoOrient.width, height: autoOrient.height };
}

function open(bytes: Uint8Array, failOn: FailOnOptions): Sharp {
  if (!isBmp(bytes)) return sharp(bytes, { autoOrient: true, failOn });
  const { width, height, pixels } = decodeBmp(bytes);
  return sharp(pixels, { raw: { width, height, channels: 4 } });
}
