import { mkdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { create } from 'tar';
import { ZipFile } from 'yazl';
import { openStore } from '../../../src/cache/store.ts';
import { loadData } from '../../../src/data/load.ts';
import type { DataConfig } from '../../../src/experiment/experiment.ts';
import { dataHash } from '../../../src/run-folder/environment.ts';
import { needsShared, shared } from '../../requirements.ts';
import { dataConfig, loadContext, pixelsOf, rejection, useFolder } from '../fixture.ts';

type Colour = readonly [number, number, number];
const red: Colour = [255, 0, 0];
const green: Colour = [0, 255, 0];
const grey: Colour = [77, 77, 77];

/** Makes an image of one colour, 40 x 20 pixels. */
function plain([r, g, b]: Colour) {
  return sharp({ create: { width: 40, height: 20, channels: 3, background: { r, g, b } } });
}

/** Writes a zip archive that `fill` adds files to. */
async function zip(path: string, fill: (archive: ZipFile) => void) {
  const archive = new ZipFile();
  fill(archive);
  archive.end();
  await writeFile(path, archive.outputStream);
}

async function write(folder: string, files: Record<string, Promise<Buffer>>) {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await bytes);
  }
}

/** Compares the channels of a pixel with a colour, with a tolerance for compression. */
function near(pixel: readonly number[], colour: readonly number[], tolerance = 6) {
  expect(pixel).to.have.length(colour.length);
  pixel.forEach((value, channel) => {
    expect(value, pixel.join()).to.be.closeTo(colour[channel] as number, tolerance);
  });
}

describe('the dataset folder', () => {
  const folder = useFolder();
  const load = async (
    source: string,
    given: Partial<DataConfig> = {},
    imageShape: readonly [number, number, number] = [8, 8, 3],
  ) => loadData(dataConfig({ source, validation: 0.5, ...given }), 42, loadContext(imageShape));

  /** Two classes of two images each, so that each split has one image of each class. */
  const four = {
    'a/1.png': plain(red).png().toBuffer(),
    'a/2.png': plain(red).png().toBuffer(),
    'b/1.png': plain(green).png().toBuffer(),
    'b/2.png': plain(green).png().toBuffer(),
  };

  describe('decodes', () => {
    /** Reads one image, stored as both images of class `a`, and returns its pixels. */
    async function read(name: string, bytes: Promise<Buffer>, shape: [number, number, number]) {
      const source = join(folder(), `format-${name}`);
      const { 'b/1.png': first, 'b/2.png': second } = four;
      await write(source, {
        [`a/1${name}`]: bytes,
        [`a/2${name}`]: bytes,
        'b/1.png': first,
        'b/2.png': second,
      });
      const { train } = await load(source, {}, shape);
      expect(train.labels).to.deep.equal(Int32Array.of(0, 1));
      const [, width, channels] = shape;
      const pixels = train.pixels.of(0);
      return (y: number, x: number) => [
        ...pixels.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
      ];
    }

    const formats: Record<string, () => Promise<Buffer>> = {
      '.jpg': () => plain(red).jpeg().toBuffer(),
      '.JPEG': () => plain(red).jpeg({ progressive: true }).toBuffer(),
      '.png': () => plain(red).png().toBuffer(),
      '.webp': () => plain(red).webp().toBuffer(),
      '.gif': () => plain(red).gif().toBuffer(),
      '.avif': () => plain(red).avif().toBuffer(),
      '.tiff': () => plain(red).tiff().toBuffer(),
    };
    for (const [extension, bytes] of Object.entries(formats))
      it(`${extension}`, async () => {
        const pixel = await read(extension, bytes(), [8, 8, 3]);
        near(pixel(0, 0), red);
        near(pixel(7, 7), red);
      });

    it('.bmp', async () => {
      const bytes = readFile(new URL('../fixtures/bits-24.bmp', import.meta.url));
      const pixel = await read('.bmp', bytes, [5, 9, 3]);
      near(pixel(0, 0), [0, 0, 0], 0);
      near(pixel(4, 8), [28 * 8, 60 * 4, (40 * 8 + 30 * 4) % 256], 0);
    });

    it('palettes', async () => {
      const palette = plain(green).png({ palette: true }).toBuffer();
      near((await read('-palette.png', palette, [8, 8, 3]))(3, 3), green);
    });

    it('greyscale as three equal channels', async () => {
      const bytes = plain(grey).toColourspace('b-w').png().toBuffer();
      near((await read('-grey.png', bytes, [8, 8, 3]))(3, 3), grey, 1);
    });

    it('colour as luminance for a model with greyscale input', async () => {
      near((await read('-to-grey.png', plain(grey).png().toBuffer(), [8, 8, 1]))(3, 3), [77], 1);
    });

    it('16 bits as 8', async () => {
      const bytes = plain(grey).toColourspace('rgb16').png().toBuffer();
      expect((await sharp(await bytes).metadata()).depth).to.equal('ushort');
      near((await read('-16.png', bytes, [8, 8, 3]))(3, 3), grey, 1);
    });

    it('transparency blended with white', async () => {
      const background = { r: 255, g: 0, b: 0, alpha: 0 };
      const bytes = sharp({ create: { width: 9, height: 9, channels: 4, background } });
      near((await read('-alpha.png', bytes.png().toBuffer(), [8, 8, 3]))(3, 3), [255, 255, 255]);
    });

    it('images with their EXIF orientation applied', async () => {
      // The left half is red, the right half green. Orientation 6 rotates clockwise: red is above green.
      const left = await plain(red).resize(20, 20).png().toBuffer();
      const bytes = plain(green)
        .composite([{ input: left, left: 0, top: 0 }])
        .withMetadata({ orientation: 6 })
        .png()
        .toBuffer();
      const pixel = await read('-rotated.png', bytes, [8, 4, 3]);
      for (const x of [0, 3]) {
        near(pixel(0, x), red);
        near(pixel(7, x), green);
      }
    });
  });

  describe('in an archive', () => {
    const files = {
      'pets/train/cat/1.png': plain(red).png().toBuffer(),
      'pets/train/cat/2.png': plain(red).png().toBuffer(),
      'pets/train/dog/3.png': plain(green).png().toBuffer(),
      'pets/test/cat/4.png': plain(red).png().toBuffer(),
      'pets/test/dog/5.png': plain(green).png().toBuffer(),
    };

    /** Packs the folder `pets` in the format of the archive's name. */
    async function pack(name: string) {
      const file = join(folder(), name);
      const options = { cwd: folder(), file, gzip: name !== 'pets.tar', portable: true };
      if (!name.endsWith('.zip')) return create(options, ['pets']);
      return zip(file, (archive) => {
        for (const path of Object.keys(files)) archive.addFile(join(folder(), path), path);
        archive.addEmptyDirectory('pets/train/cat/nothing');
      });
    }

    for (const name of ['pets.tar', 'pets.tar.gz', 'pets.tgz', 'pets.zip'])
      it(`${name} loads like the folder in it`, async () => {
        await write(folder(), files);
        await pack(name);
        const fromFolder = await load(join(folder(), 'pets'), { validation: 'test' });
        const fromArchive = await load(join(folder(), name), { validation: 'test' });
        expect(fromArchive.classNames).to.deep.equal(['cat', 'dog']);
        expect([...fromArchive.train.labels]).to.deep.equal([0, 0, 1]);
        expect([...fromArchive.validation.labels]).to.deep.equal([0, 1]);
        expect([...pixelsOf(fromArchive.train)]).to.deep.equal([...pixelsOf(fromFolder.train)]);
      });

    it('a damaged image of a zip archive is named', async () => {
      await write(folder(), files);
      await pack('pets.zip');
      const bytes = await readFile(join(folder(), 'pets.zip'));
      // The checksum of the first file is in the directory at the archive's end.
      const directory = bytes.indexOf('PK\x01\x02');
      bytes.writeUInt32LE(bytes.readUInt32LE(directory + 16) + 1, directory + 16);
      await writeFile(join(folder(), 'damaged.zip'), bytes);
      const error = await rejection(load(join(folder(), 'damaged.zip'), { validation: 'test' }));
      expect(error.message).to.match(
        /cannot read the image pets\/train\/cat\/1\.png of .*its checksum is wrong/,
      );
    });

    it('zip and tar bombs are refused', async () => {
      const zeros = Buffer.alloc(30_000_000);
      await zip(join(folder(), 'bomb.zip'), (archive) => archive.addBuffer(zeros, 'a/1.bmp'));
      expect((await rejection(load(join(folder(), 'bomb.zip')))).message).to.match(
        /bomb\.zip of \d+ bytes unpacks to more than 200 times its size; an archive of images does not$/,
      );
      await write(join(folder(), 'bomb'), { 'a/1.bmp': Promise.resolve(zeros) });
      const options = { cwd: join(folder(), 'bomb'), file: join(folder(), 'bomb.tgz'), gzip: true };
      await create(options, ['a']);
      expect((await rejection(load(join(folder(), 'bomb.tgz')))).message).to.match(
        /bomb\.tgz is damaged or not an archive: max decompression ratio exceeded/,
      );
    });

    it('paths outside the archive are refused', async () => {
      await write(folder(), files);
      const file = join(folder(), 'leaves.tar');
      await mkdir(join(folder(), 'deep'), { recursive: true });
      const options = { cwd: join(folder(), 'deep'), file, preservePaths: true };
      await create(options, ['../pets/train/cat/1.png']);
      expect((await rejection(load(file))).message).to.match(
        /leaves\.tar contains \.\.\/pets\/train\/cat\/1\.png, a path outside the archive; paths must be relative$/,
      );
      const zipped = join(folder(), 'leaves.zip');
      await zip(zipped, (archive) => archive.addBuffer(Buffer.from('x'), 'aa/1.png'));
      const bytes = (await readFile(zipped)).toString('latin1').replaceAll('aa/1.png', '../1.png');
      await writeFile(zipped, bytes, 'latin1');
      expect((await rejection(load(zipped))).message).to.match(
        /leaves\.zip is damaged or not an archive: invalid relative path: \.\.\/1\.png$/,
      );
    });

    it('a truncated archive is refused', async () => {
      await write(folder(), files);
      const file = join(folder(), 'broken.tar.gz');
      await create({ cwd: folder(), file, gzip: true, portable: true }, ['pets']);
      await truncate(file, 300);
      const error = await rejection(load(file));
      expect(error.name).to.equal('InputError');
      expect(error.message).to.match(/broken\.tar\.gz is damaged or not an archive: /);
    });

    it('a file that is not an archive is refused', async () => {
      await writeFile(join(folder(), 'text.tar.gz'), 'x'.repeat(2000));
      const error = await rejection(load(join(folder(), 'text.tar.gz')));
      expect(error.message).to.match(/text\.tar\.gz is damaged or not an archive: /);
    });
  });

  describe('caches decoded images', () => {
    const cached = () => openStore().keys();

    it('until a file changes', async () => {
      const source = join(folder(), 'cached');
      await write(source, four);
      const first = await load(source);
      const before = await cached();
      const again = await load(source);
      expect([...pixelsOf(again.train)]).to.deep.equal([...pixelsOf(first.train)]);
      expect(await cached()).to.deep.equal(before);
      expect(dataHash(again)).to.equal(dataHash(first));

      await write(source, { 'a/1.png': plain(grey).png().toBuffer() });
      await write(source, { 'a/2.png': plain(grey).png().toBuffer() });
      await utimes(join(source, 'a/1.png'), 1, 1);
      const changed = await load(source);
      expect([...changed.train.pixels.of(0).subarray(0, 3)]).to.deep.equal([...grey]);
      expect(dataHash(changed)).not.to.equal(dataHash(first));
    });

    it('so that another selection decodes only the images that are not cached', async () => {
      const source = join(folder(), 'chosen');
      const colours = Array.from({ length: 10 }, (_, i) =>
        plain([20 * i, 0, 0])
          .png()
          .toBuffer(),
      );
      const images = colours.flatMap((bytes, i) =>
        ['a', 'b'].map((name) => [`${name}/${i}.png`, bytes] as const),
      );
      await write(source, Object.fromEntries(images));
      const decoded = async () =>
        (await openStore().list())
          .filter(({ label }) => label.includes('chosen'))
          .reduce((sum, { label }) => sum + Number.parseInt(label, 10), 0);
      const part = await load(source, { limit: { train: 4, validation: 2 } });
      expect(await decoded()).to.equal(6);
      const all = await load(source);
      expect(await decoded()).to.equal(20);
      const again = await load(source, { limit: { train: 4, validation: 2 } });
      expect(await decoded()).to.equal(20);
      expect(dataHash(again)).to.equal(dataHash(part));
      for (const { labels, pixels, names } of [all.train, all.validation, part.train])
        labels.forEach((_, i) => {
          const shade = 20 * Number(names?.[i]?.match(/\d/)?.[0]);
          expect([...pixels.of(i).subarray(0, 3)]).to.deep.equal([shade, 0, 0]);
        });
      const [first, last] = [all.train.pixels.of(0), all.train.pixels.of(9)];
      expect(await all.train.pixels.read([9, 0])).to.deep.equal(Buffer.concat([last, first]));
    });

    it('separately for each size', async () => {
      const source = join(folder(), 'sizes');
      await write(source, four);
      expect(pixelsOf((await load(source)).train)).to.have.length(2 * 8 * 8 * 3);
      expect(pixelsOf((await load(source, {}, [4, 4, 3])).train)).to.have.length(2 * 4 * 4 * 3);
    });

    it('or reports that the cache cannot be written, and loads all the same', async () => {
      const source = join(folder(), 'uncached');
      await write(source, four);
      const cache = process.env.CIFAR_RUN_CACHE;
      process.env.CIFAR_RUN_CACHE = join(source, 'a/1.png');
      const context = loadContext([8, 8, 3]);
      try {
        const config = dataConfig({ source, validation: 0.5 });
        expect((await loadData(config, 42, context)).train.labels).to.have.length(2);
      } finally {
        process.env.CIFAR_RUN_CACHE = cache;
      }
      expect(context.messages.join()).to.match(/decoded images cannot be cached: ENOTDIR/);
    });
  });

  it('stops when it is aborted, with the given reason, and caches nothing incomplete', async () => {
    const source = join(folder(), 'stopped');
    await write(source, four);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const context = { ...loadContext([9, 9, 3]), signal: stop.signal };
    const error = await rejection(loadData(dataConfig({ source, validation: 0.5 }), 42, context));
    expect(error.message).to.equal('enough');
    // No 9 x 9 image is in the cache: the next start decodes them.
    expect(pixelsOf((await load(source, {}, [9, 9, 3])).train)).to.have.length(2 * 9 * 9 * 3);
  });

  describe('with data.broken: skip', () => {
    const eight = {
      ...four,
      'a/3.png': plain(red).png().toBuffer(),
      'a/4.gif': plain(red).gif().toBuffer(),
      'b/3.jpg': plain(green).jpeg().toBuffer(),
      'b/4.webp': plain(green).webp().toBuffer(),
    };

    it('leaves out broken images and reports them, also at the second start', async () => {
      const source = join(folder(), 'skipped');
      await write(source, eight);
      await writeFile(join(source, 'a/2.png'), 'no image');
      await writeFile(join(source, 'b/1.png'), '');
      for (let start = 1; start <= 2; start++) {
        const context = loadContext([8, 8, 3]);
        const config = dataConfig({ source, validation: 0.5, broken: 'skip' });
        const { train, validation, broken } = await loadData(config, 42, context);
        expect(broken.map(({ path }) => path).sort()).to.deep.equal(['a/2.png', 'b/1.png']);
        expect(train.labels.length + validation.labels.length).to.equal(6);
        for (const { labels, pixels } of [train, validation])
          labels.forEach((label, i) => {
            near([...pixels.of(i).subarray(0, 3)], label === 0 ? red : green);
          });
        expect(context.messages.join('\n')).to.match(
          /left out 2 broken images:\n {2}[ab].*png: .*nput/,
        );
      }
      const error = await rejection(load(source));
      expect(error.message).to.match(/cannot read the image .*data\.broken: skip$/);
    });

    it('refuses a class without any image left', async () => {
      const source = join(folder(), 'all-broken');
      await write(source, four);
      for (const name of ['a/1.png', 'a/2.png']) await writeFile(join(source, name), 'nothing');
      const error = await rejection(load(source, { broken: 'skip' }));
      expect(error.message).to.equal('class a: no images left to train on without the broken ones');
    });
  });

  describe('refuses', () => {
    it('a broken image, and names it', async () => {
      const source = join(folder(), 'half');
      await write(source, four);
      const whole = await sharp({
        create: {
          width: 200,
          height: 200,
          channels: 3,
          background: 'red',
          noise: { type: 'gaussian', mean: 128, sigma: 50 },
        },
      })
        .jpeg()
        .toBuffer();
      for (const name of ['b/1.png', 'b/2.png'])
        await writeFile(join(source, name), whole.subarray(0, whole.length / 2));
      const error = await rejection(load(source));
      expect(error.name).to.equal('InputError');
      expect(error.message).to.match(
        /cannot read the image b\/[12]\.png of .*half: .*; repair or remove it, or leave out such images with data\.broken: skip$/,
      );
    });

    it('an empty file among the images', async () => {
      const source = join(folder(), 'empty');
      await write(source, four);
      for (const name of ['a/1.png', 'a/2.png']) await writeFile(join(source, name), '');
      expect((await rejection(load(source))).message).to.match(/cannot read the image a\//);
    });

    it('a missing path, a file that is not an archive, and a missing source', async () => {
      expect((await rejection(load('/nowhere/at/all'))).message).to.equal(
        'data.source: /nowhere/at/all does not exist; it must be a folder, an archive, a .csv file or a URL',
      );
      await write(folder(), { 'one.png': plain(red).png().toBuffer() });
      expect((await rejection(load(join(folder(), 'one.png')))).message).to.match(
        /one\.png is neither a folder nor a supported archive; supported are \.tar, \.tar\.gz, \.tgz and \.zip$/,
      );
      const unnamed = loadData(dataConfig({}), 42, loadContext([8, 8, 3]));
      expect((await rejection(unnamed)).message).to.match(
        /the dataset folder needs the path of your images\. Received: null$/,
      );
    });

    it('a model with two input channels', async () => {
      const source = join(folder(), 'channels');
      await write(source, four);
      expect((await rejection(load(source, {}, [8, 8, 2]))).message).to.equal(
        "the model's inputShape has 2 channels; images have 3 (RGB) or 1 (greyscale)",
      );
    });
  });

  describe('of the reference archive of CIFAR-10', () => {
    needsShared();

    it('loads a limited selection of its 60,000 images', async () => {
      const source = join(shared as string, 'data/cifar10-jpeg.tar.gz');
      const { classNames, train, validation } = await load(
        source,
        { validation: 'test', limit: { train: 200, validation: 50 } },
        [32, 32, 3],
      );
      expect(classNames.join(' ')).to.equal(
        'airplane automobile bird cat deer dog frog horse ship truck',
      );
      expect([train.labels.length, validation.labels.length]).to.deep.equal([200, 50]);
      expect([...train.labels].filter((label) => label === 3)).to.have.length(20);
      // The published mean of CIFAR-10's red channel is 125.3; 200 images come near it.
      const reds = pixelsOf(train).filter((_, i) => i % 3 === 0);
      expect(reds.reduce((sum, value) => sum + value, 0) / reds.length).to.be.within(110, 141);
    });
  });
});
