import type { DataConfig } from '../experiment/experiment.ts';

/** Half the side of the area that a kernel of interpolation covers, in pixels of the smaller image. */
export const KERNEL_RADIUS = { bilinear: 1, bicubic: 2, lanczos3: 3 };

/**
 * The weight of a pixel in an interpolated value.
 * @param distance between their centres, in pixels.
 */
export function kernelWeight(
  interpolation: DataConfig['resize']['interpolation'],
  distance: number,
): number {
  const x = Math.abs(distance);
  if (interpolation === 'bilinear') return Math.max(0, 1 - x);
  if (interpolation === 'lanczos3') return x < 3 ? sinc(x) * sinc(x / 3) : 0;
  // Keys' cubic convolution with a = -0.5, as in TensorFlow, Pillow and libvips.
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

export type Size = readonly [height: number, width: number];

/** The size to which an image is resized before it is cropped or padded to `[height, width]`. */
export function resizedSize(
  [rows, columns]: Size,
  [height, width]: Size,
  fit: DataConfig['resize']['fit'],
): Size {
  if (fit === 'stretch') return [height, width];
  const scales = [height / rows, width / columns];
  const scale = fit === 'crop' ? Math.max(...scales) : Math.min(...scales);
  return [Math.max(1, Math.round(rows * scale)), Math.max(1, Math.round(columns * scale))];
}

/** Where a centred interval starts within another; negative if it is longer. */
export function centredStart(length: number, within: number): number {
  return length > within
    ? -Math.floor((length - within + 1) / 2)
    : Math.floor((within - length) / 2);
}

/** The weights of each of `from` pixels of a line in each of `to` pixels: half-pixel centres, no antialiasing. */
export function interpolationWeights(
  from: number,
  to: number,
  interpolation: DataConfig['resize']['interpolation'],
): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const row = Array.from({ length: from }, (_, at) => kernelWeight(interpolation, at - centre));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    return row.map((weight) => weight / total);
  });
}
