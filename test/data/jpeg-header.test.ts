import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { plainJpeg } from '../../src/data/decode/jpeg-header.ts';

const image = sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } });
const odd = (name: string) => readFile(new URL(`./fixtures/odd/train/a/${name}`, import.meta.url));

describe('plainJpeg', () => {
  it('tells size and channels of files that hold nothing but pixels', async () => {
    const size = { width: 30, height: 20 };
    const baseline = await image.clone().jpeg().toBuffer();
    expect(plainJpeg(baseline)).to.deep.equal({ ...size, channels: 3 });
    const progressive = await image.clone().jpeg({ progressive: true }).toBuffer();
    expect(plainJpeg(progressive)).to.deep.equal({ ...size, channels: 3 });
    const grey = await image.clone().toColourspace('b-w').jpeg().toBuffer();
    expect(plainJpeg(grey)).to.deep.equal({ ...size, channels: 1 });
  });

  it('leaves to others what may be turned, has a profile or more colours, and what is no JPEG', async () => {
    const profile = await image.clone().withIccProfile('p3').jpeg().toBuffer();
    const turned = await image
      .clone()
      .withExif({ IFD0: { Artist: 'me' } })
      .jpeg()
      .toBuffer();
    const png = await image.clone().png().toBuffer();
    for (const file of [profile, turned, png, await odd('cmyk.jpg'), await odd('exif6.jpg')])
      expect(plainJpeg(file)).to.equal(null);
  });

  it('takes no file that ends within its header', async () => {
    const file = await image.clone().jpeg().toBuffer();
    const scan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
    for (let length = 0; length < scan; length++)
      expect(plainJpeg(file.subarray(0, length)), `${length}`).to.equal(null);
  });
});
