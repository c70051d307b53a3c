import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { create } from 'tar';
import { ZipFile } from 'yazl';
import { decodeImage } from '../../../src/data/decode/decode-image.ts';
import { loadData } from '../../../src/data/load.ts';
import { dataConfig, loadContext, STRETCH } from '../../data/fixture.ts';
import { type Edit, editBytes, edits } from '../mutations.ts';
import { target } from '../target.ts';

const fixtures = fileURLToPath(new URL('../../data/fixtures', import.meta.url));

interface Mutated {
  readonly base: number;
  readonly changes: Edit[];
}

const mutated = (count: number) =>
  fc.record({ base: fc.nat(count - 1), changes: fc.oneof(edits(0.1), edits()) });

/** A small image in each format that the program reads. */
async function images(): Promise<Buffer[]> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const image = sharp({ create: { width: 9, height: 7, channels: 3, background: 'red', noise } });
  const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const;
  const encoded = formats.map((format) => image.clone().toFormat(format).toBuffer());
  const bitmaps = readdirSync(fixtures).filter((name) => name.endsWith('.bmp'));
  return [
    ...(await Promise.all(encoded)),
    ...bitmaps.map((name) => readFileSync(join(fixtures, name))),
  ];
}

export const imageFiles = target<Mutated>({
  name: 'images',
  weight: 12,
  async prepare() {
    const files = await images();
    return {
      cases: mutated(files.length),
      async run({ base, changes }) {
        const file = editBytes(files[base] ?? Buffer.alloc(0), changes);
        // Any error is the reason for which an image is broken.
        const decoded = await decodeImage(file, [8, 8, 3], STRETCH).catch(() => null);
        if (decoded && decoded.pixels.length !== 8 * 8 * 3) {
          throw new Error(`decoded ${decoded.pixels.length} bytes`);
        }
      },
    };
  },
});

async function zipOf(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(bytes, name);
  zip.end();
  return buffer(zip.outputStream);
}

/** Archives of two classes of images. */
export const archives = target<Mutated>({
  name: 'archives',
  weight: 8,
  async prepare(folder) {
    const [jpeg = Buffer.alloc(0), png = Buffer.alloc(0)] = await images();
    const files = new Map(
      ['a/1.jpg', 'a/2.png', 'b/1.jpg', 'b/2.png'].map((name) => [
        name,
        name.endsWith('jpg') ? jpeg : png,
      ]),
    );
    const source = join(folder, 'source');
    for (const [name, bytes] of files) {
      await mkdir(join(source, name, '..'), { recursive: true });
      await writeFile(join(source, name), bytes);
    }
    const tar = await buffer(create({ cwd: source, portable: true }, ['a', 'b']) as never);
    const bases = [
      { bytes: await zipOf(files), extension: 'zip' },
      { bytes: tar, extension: 'tar' },
      { bytes: gzipSync(tar), extension: 'tar.gz' },
    ];
    return {
      cases: mutated(bases.length),
      async run({ base, changes }) {
        const { bytes, extension } = bases[base] as (typeof bases)[number];
        const path = join(folder, `images.${extension}`);
        await writeFile(path, editBytes(bytes, changes));
        await load('folder', path, [8, 8, 3]);
      },
    };
  },
});

function load(dataset: string, source: string, shape: readonly [number, number, number]) {
  const config = dataConfig({ dataset, source, validation: dataset === 'folder' ? 0.5 : 'test' });
  return loadData(config, 1, loadContext(shape));
}

/** An idx file of unsigned bytes. */
function idx(shape: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  const count = shape.reduce((product, size) => product * size, 1);
  return Buffer.concat([header, Buffer.from(Array.from({ length: count }, (_, i) => i % 10))]);
}

/** The files of MNIST and CIFAR, one of which is mutated. */
export const datasetFiles = target<Mutated>({
  name: 'idx and CIFAR files',
  weight: 8,
  async prepare(folder) {
    const record = Buffer.alloc(3073 * 10);
    for (let i = 0; i < 10; i++) record[i * 3073] = i;
    const cifar = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
    const files: readonly (readonly [dataset: string, name: string, bytes: Buffer])[] = [
      ['mnist', 'train-images-idx3-ubyte', idx([10, 28, 28])],
      ['mnist', 'train-labels-idx1-ubyte', idx([10])],
      ['mnist', 't10k-images-idx3-ubyte', idx([10, 28, 28])],
      ['mnist', 't10k-labels-idx1-ubyte', gzipSync(idx([10]))],
      ...[...cifar, 'test_batch.bin'].map((name) => ['cifar10', name, record] as const),
    ];
    const restore = async () => {
      for (const [dataset, name, bytes] of files) {
        await mkdir(join(folder, dataset), { recursive: true });
        await writeFile(join(folder, dataset, name), bytes);
      }
    };
    await restore();
    return {
      cases: mutated(files.length),
      // A gzip file with a damaged header.
      found: [
        { base: 3, changes: [{ at: 0, kind: 'repeat', length: 2, bytes: Uint8Array.of(0) }] },
      ],
      async run({ base, changes }) {
        const [dataset, name, bytes] = files[base] as (typeof files)[number];
        const path = join(folder, dataset, name);
        await writeFile(path, editBytes(bytes, changes));
        try {
          await load(
            dataset,
            join(folder, dataset),
            dataset === 'mnist' ? [28, 28, 1] : [32, 32, 3],
          );
        } finally {
          await writeFile(path, bytes);
        }
      },
    };
  },
});

const TABLE = Buffer.from(
  'path,label,split\n"1.png",a,train\n2.png,b,train\n1.png,a,val\n2.png,b,val\n',
);

export const tables = target<{ changes: Edit[]; lines: string[] }>({
  name: 'tables of images',
  weight: 8,
  async prepare(folder) {
    const [, png = Buffer.alloc(0)] = await images();
    for (const name of ['1.png', '2.png']) await writeFile(join(folder, name), png);
    const path = join(folder, 'table.csv');
    const cell = fc.oneof(
      fc.constantFrom('1.png', '/dev/zero', '/dev/stdin', '..', '"', '', 'a', 'train', '\u2028'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const line = fc.array(cell, { maxLength: 4 }).map((cells) => `${cells.join()}\n`);
    return {
      cases: fc.record({ changes: edits(), lines: fc.array(line, { maxLength: 3 }) }),
      async run({ changes, lines }) {
        const table = Buffer.concat([TABLE, Buffer.from(lines.join(''))]);
        await writeFile(path, editBytes(table, changes));
        await load('csv', path, [8, 8, 3]);
      },
      close: () => rm(path, { force: true }),
    };
  },
});
