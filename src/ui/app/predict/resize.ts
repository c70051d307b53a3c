/** Rows of pixels, each of `channels` bytes or numbers from 0 to 255. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/**
 * Stretches a image to a size by linear interpolation, over the whole area that a pixel covers where it
 * shrinks, as runs' images are (libvips' reduce with the linear kernel), and rounds to bytes.
 */
export function resizeLinear(image: Raster, width: number, height: number): Raster {
  if (image.width === width && image.height === height) return image;
  const columns = weightsOf(image.width, width);
  const rows = weightsOf(image.height, height);
  const { channels, data } = image;
  const narrow = new Float32Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++)
    for (const [x, weights] of columns.entries())
      for (const { from, weight } of weights)
        for (let c = 0; c < channels; c++)
          (narrow[(y * width + x) * channels + c] as number) +=
            weight * (data[(y * image.width + from) * channels + c] as number);
  const sum = new Float32Array(height * width * channels);
  const stride = width * channels;
  for (const [y, weights] of rows.entries())
    for (const { from, weight } of weights)
      for (let i = 0; i < stride; i++)
        (sum[y * stride + i] as number) += weight * (narrow[from * stride + i] as number);
  return { width, height, channels, data: Uint8ClampedArray.from(sum) };
}

interface Weight {
  readonly from: number;
  readonly weight: number;
}

/** For each of `to` pixels, what each of `from` pixels adds to it: a triangle around its centre. */
function weightsOf(from: number, to: number): Weight[][] {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    // Where it enlarges, libvips puts pixels' corners where their centres would belong.
    const centre = (scale < 1 ? i : i + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - support);
    const last = Math.floor(centre + support);
    const weights: Weight[] = [];
    for (let at = first; at <= last; at++) {
      const weight = 1 - Math.abs(at - centre) / support;
      // Beyond the border the last pixel goes on.
      if (weight > 0) weights.push({ from: Math.min(from - 1, Math.max(0, at)), weight });
    }
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    return weights.map(({ from, weight }) => ({ from, weight: weight / total }));
  });
}

/** Grey levels of an RGB image, by what its light adds up to: libvips' weights, on linear values. */
export function toGrey({ width, height, data }: Raster): Raster {
  const grey = Uint8ClampedArray.from({ length: width * height }, (_, i) => {
    const [r = 0, g = 0, b = 0] = [0, 1, 2].map((c) => linear(data[i * 3 + c] as number));
    return 255 * gamma(0.2 * r + 0.7 * g + 0.1 * b);
  });
  return { width, height, channels: 1, data: grey };
}

/** sRGB's curve, and back. */
function linear(level: number): number {
  const share = level / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function gamma(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}
