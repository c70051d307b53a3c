import sharp, { type FailOnOptions, type Sharp } from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';

/** Lets work go on side by side, but for some that is done while nothing else is (a readers-writer lock). */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** The last of those that go on alone, one after another. */
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

// Images are decoded side by side, which beats threads within one; none is decoded twice.
sharp.concurrency(1);
sharp.cache(false);
/** libvips has one log of errors, to which all that goes on writes, and which all that ends clears. */
const errorLog = new SharedLock();

export interface DecodedImage {
  /** Bytes in HWC order, RGB or grey. */
  readonly pixels: Uint8Array;
  /** As it was before it was given the size wanted. */
  readonly width: number;
  readonly height: number;
  /** Whether something is wrong with its data, of which this is what its format's library makes. */
  readonly damaged: boolean;
}

/**
 * A image file turned upright by its EXIF orientation, stretched to the size by bilinear interpolation
 * (over the whole area that a pixel covers, where it shrinks), of an animation the first frame, transparency
 * over white, 16 bits reduced to 8. Damaged data are read where they are complete, as TensorFlow and Pillow do.
 *
 * @throws Error when it cannot be decoded.
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
  // What the stricter one says is the more telling, and is about this image if no other is being decoded.
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
