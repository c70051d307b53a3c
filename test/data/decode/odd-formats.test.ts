import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadData } from '../../../src/data/load.ts';
import { dataConfig, loadContext, useFolder } from '../fixture.ts';

const source = fileURLToPath(new URL('../fixtures/odd', import.meta.url));

type Colours = readonly [left: readonly number[], right: readonly number[]];
const colour: Colours = [
  [200, 30, 30],
  [30, 180, 60],
];
const grey: Colours = [
  [81, 81, 81],
  [121, 121, 121],
];
const overWhite: Colours = [
  [227, 142, 142],
  [142, 217, 157],
];
const cmyk: Colours = [
  [189, 53, 39],
  [0, 120, 82],
];

/** The centres of the left and right half of each file. Pillow wrote the files. */
const files: Readonly<Record<string, Colours>> = {
  'UPPER.JPG': colour,
  'alpha.png': overWhite,
  'alpha.webp': overWhite,
  'anim.gif': colour,
  'anim.webp': colour,
  'cmyk.jpg': cmyk,
  'cmyk.tiff': cmyk,
  'exif3.jpg': colour,
  'exif6.jpg': colour,
  'float.tiff': grey,
  'grey-alpha.png': grey,
  'grey.jpg': grey,
  'grey16.png': grey,
  'grey16.tiff': grey,
  'line.png': colour,
  'lzw.tiff': colour,
  'palette-transparent.png': [colour[0], [255, 255, 255]],
  'palette.png': colour,
  'pic.avif': colour,
  'pic.bmp': colour,
  'progressive.jpg': colour,
  'rgb.jpg': colour,
  'wrong-name.jpg': colour,
};
/** Files of one pixel or one bit. The test only checks that they are decoded. */
const others = ['one-bit.png', 'tiny.png'];

describe('a folder of many formats and odd files', () => {
  useFolder();

  it('is decoded, except for the broken files', async () => {
    const config = dataConfig({ source, broken: 'skip' });
    const { train, broken } = await loadData(config, 1, loadContext([40, 60, 3]));
    const reasons = broken.map(({ path, reason }) => `${path.split('/').at(-1)}: ${reason}`);
    expect(reasons).to.deep.equal([
      'x-empty.png: Input Buffer is empty',
      'x-text.jpg: Input buffer contains unsupported image format',
      'x-truncated.bmp: BMP is truncated',
      'x-truncated.jpg: Input buffer has corrupt header: VipsJpeg: premature end of JPEG image',
    ]);
    const names = (train.names ?? []).map((path) => path.replace('train/a/', ''));
    expect(names).to.have.members([...Object.keys(files), ...others, 'train/b/1.png']);
    for (const [index, name] of names.entries()) {
      const pixels = train.pixels.of(index);
      [5, 55].forEach((column, half) => {
        const at = (20 * 60 + column) * 3;
        files[name]?.[half as 0 | 1].forEach((level, channel) => {
          expect(pixels[at + channel], `${name} ${half}`).to.be.closeTo(level, 3);
        });
      });
    }
  });
});
