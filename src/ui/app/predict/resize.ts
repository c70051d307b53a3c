import {
  centredStart,
  KERNEL_RADIUS,
  kernelWeight,
  resizedSize,
  type Size,
} from '../../../data/resize.ts';
import type { DataConfig } from '../../../experiment/experiment.ts';

/** An image as rows of pixels. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Values from 0 to 255, with the shape [height, width, channels]. */
  readonly data: ArrayLike<number>;
}

/**
 * Resizes an image as the training data are resized, by libvips. If the image shrinks, the kernel covers the whole area of
 * a target pixel. The result is rounded to bytes.
 */
export function resizeRaster(
  image: Raster,
  size: Size,
  { fit, interpolation }: DataConfig['resize'],
): Raster {
  const resized = resizedSize([image.height, image.width], size, fit);
  return centred(interpolated(image, resized, interpolation), size);
}

function interpolated(image: Raster, [height, width]: Size, interpolation: Interpolation): Raster {
  if (image.width === width && image.height === height) return image;
  const columns = weightsOf(image.width, width, interpolation);
  const rows = weightsOf(image.height, height, interpolation);
  const { channels, data } = image;
  const resizedRows = new Float32Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++)
    for (const [x, weights] of columns.entries())
      for (const { from, weight } of weights)
        for (let c = 0; c < channels; c++)
          (resizedRows[(y * width + x) * channels + c] as number) +=
            weight * (data[(y * image.width + from) * channels + c] as number);
  const resized = new Float32Array(height * width * channels);
  const stride = width * channels;
  for (const [y, weights] of rows.entries())
    for (const { from, weight } of weights)
      for (let i = 0; i < stride; i++)
        (resized[y * stride + i] as number) += weight * (resizedRows[from * stride + i] as number);
  return { width, height, channels, data: Uint8ClampedArray.from(resized) };
}

/** Crops or pads an image, the same on both sides. */
function centred({ width, height, channels, data }: Raster, [rows, columns]: Size): Raster {
  if (rows === height && columns === width) return { width, height, channels, data };
  const [top, left] = [centredStart(height, rows), centredStart(width, columns)];
  const placed = new Uint8ClampedArray(rows * columns * channels);
  for (let y = Math.max(0, -top); y < Math.min(height, rows - top); y++)
    for (let x = Math.max(0, -left); x < Math.min(width, columns - left); x++)
      for (let c = 0; c < channels; c++)
        placed[((y + top) * columns + x + left) * channels + c] = data[
          (y * width + x) * channels + c
        ] as number;
  return { width: columns, height: rows, channels, data: placed };
}

type Interpolation = DataConfig['resize']['interpolation'];

interface Weight {
  readonly from: number;
  readonly weight: number;
}

/** For each of `to` target pixels, the weights of the source pixels around the target's centre. */
function weightsOf(from: number, to: number, interpolation: Interpolation): Weight[][] {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const radius = KERNEL_RADIUS[interpolation] * stretch;
  return Array.from({ length: to }, (_, i) => {
    // When libvips enlarges, it aligns the corners of pixels and not their centres.
    const centre = (scale < 1 ? i : i + 0.5) * scale - 0.5;
    const weights: Weight[] = [];
    for (let at = Math.ceil(centre - radius); at <= Math.floor(centre + radius); at++) {
      const weight = kernelWeight(interpolation, (at - centre) / stretch);
      // The border pixel is repeated beyond the border.
      if (weight !== 0) weights.push({ from: Math.min(from - 1, Math.max(0, at)), weight });
    }
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    return weights.map(({ from, weight }) => ({ from, weight: weight / total }));
  });
}

/** Converts RGB to greyscale with libvips' weights, which apply to linear light. */
export function toGreyscale({ width, height, data }: Raster): Raster {
  const levels = Uint8ClampedArray.from({ length: width * height }, (_, i) => {
    const [r = 0, g = 0, b = 0] = [0, 1, 2].map((c) => toLinear(data[i * 3 + c] as number));
    return 255 * fromLinear(0.2 * r + 0.7 * g + 0.1 * b);
  });
  return { width, height, channels: 1, data: levels };
}

/** Linear light, 0 to 1, of an sRGB level from 0 to 255 (IEC 61966-2-1). */
function toLinear(level: number): number {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The inverse of `toLinear`, from 0 to 1. */
function fromLinear(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}
