import type { Pictures } from '../../data/dataset.ts';

/**
 * A picture, in HWC order, as PNG in a data URL, at most `side` pixels high and wide; small ones, of at most half of
 * that, are enlarged pixel by pixel, without blur.
 */
export async function pngUrl(
  pixels: Uint8Array,
  { width, height, channels }: Pick<Pictures, 'width' | 'height' | 'channels'>,
  side: number,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const small = 2 * Math.max(width, height) <= side;
  const png = await sharp(pixels, { raw: { width, height, channels: channels as 1 | 3 } })
    .resize(side, side, { fit: 'inside', kernel: small ? 'nearest' : 'lanczos3' })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
