import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import sharp from 'sharp';
import { create } from 'tar';
import type { Images } from '../../../src/data/dataset.ts';
import { restoreCifar10 } from '../../../src/data/datasets/cifar.ts';
import { datasetKind } from '../../../src/data/datasets/table.ts';
import { openTree } from '../../../src/data/files/source.ts';
import { loadData } from '../../../src/data/load.ts';
import { dataConfig, loadContext, pixelsOf, rejection, useFolder } from '../fixture.ts';

/** Returns the value of a channel of pixel `at` of image i, different for each image, pixel and channel. */
const level = (i: number, at: number, channel: number) => (i * 31 + at * 7 + channel * 101) % 256;

/** Makes a file of the CIFAR binary version: label bytes, then red, green and blue planes. */
function cifarFile(labels: readonly number[][], first: number): Buffer {
  const records = labels.map((own, i) => {
    const planes = [0, 1, 2].flatMap((channel) =>
      Array.from({ length: 1024 }, (_, at) => level(first + i, at, channel)),
    );
    return Buffer.from([...own, ...planes]);
  });
  return Buffer.concat(records);
}

/** Makes an idx file of unsigned bytes. */
function idxFile(shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length, 0);
  shape.forEach((length, i) => {
    header.writeUInt32BE(length, 4 + 4 * i);
  });
  return Buffer.concat([header, Buffer.from(values)]);
}

describe('the standard datasets', () => {
  const folder = useFolder();

  describe('cifar10 and cifar100', () => {
    const load = (dataset: string, source: string) =>
      loadData(dataConfig({ dataset, source }), 42, loadContext([32, 32, 3]));
    const ten = (shift: number) => Array.from({ length: 10 }, (_, i) => [(i + shift) % 10]);

    before(async () => {
      const ten_ = join(folder(), 'cifar-10-batches-bin');
      await mkdir(ten_);
      for (const batch of [1, 2, 3, 4, 5])
        await writeFile(
          join(ten_, `data_batch_${batch}.bin`),
          cifarFile(ten(batch), (batch - 1) * 10),
        );
      await writeFile(join(ten_, 'test_batch.bin'), cifarFile(ten(0), 50));
      const options = { cwd: folder(), gzip: true, portable: true };
      await create({ ...options, file: join(folder(), 'cifar-10-binary.tar.gz') }, [
        'cifar-10-batches-bin',
      ]);
      const hundred = join(folder(), 'cifar-100-binary');
      await mkdir(hundred);
      const labels = Array.from({ length: 100 }, (_, fine) => [fine % 20, 99 - fine]);
      await writeFile(join(hundred, 'train.bin'), cifarFile(labels, 0));
      await writeFile(join(hundred, 'test.bin'), cifarFile(labels, 100));
    });

    for (const source of ['cifar-10-binary.tar.gz', 'cifar-10-batches-bin'])
      it(`reads cifar10 from ${source}`, async () => {
        const { classNames, train, validation } = await load('cifar10', join(folder(), source));
        expect(classNames).to.have.length(10);
        expect([...train.labels.subarray(0, 11)]).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 2]);
        expect([...validation.labels]).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(train.labels).to.have.length(50);
        const pixel = ({ pixels }: Images, i: number, at: number) => [
          ...pixels.of(i).subarray(at * 3, at * 3 + 3),
        ];
        for (const [i, at] of [
          [0, 0],
          [17, 33],
          [49, 1023],
        ] as const)
          expect(pixel(train, i, at)).to.deep.equal(
            [0, 1, 2].map((channel) => level(i, at, channel)),
          );
        expect(pixel(validation, 9, 5)).to.deep.equal(
          [0, 1, 2].map((channel) => level(59, 5, channel)),
        );
      });

    it('reads cifar100 with its fine labels', async () => {
      const { classNames, train } = await load('cifar100', join(folder(), 'cifar-100-binary'));
      expect(classNames).to.have.length(100);
      expect([classNames[0], classNames[54], classNames[99]]).to.deep.equal([
        'apple',
        'orchid',
        'worm',
      ]);
      expect([...train.labels.subarray(0, 3)]).to.deep.equal([99, 98, 97]);
    });

    it('restores the files of cifar10 from the images and labels of its npm package', async () => {
      const package_ = join(folder(), 'package');
      await mkdir(package_);
      const write = (name: string, labels: readonly (readonly number[])[]) =>
        writeFile(join(package_, name), JSON.stringify(labels.flat()));
      await write('train_lables.json', [1, 2, 3, 4, 5].flatMap(ten));
      await write('test_lables.json', ten(0));
      for (const [i, name] of [1, 2, 3, 4, 5, 6].entries()) {
        const rows = Array.from({ length: 10 * 1024 * 3 }, (_, at) =>
          level(i * 10 + Math.floor(at / 3072), Math.floor((at % 3072) / 3), at % 3),
        );
        const raw = { width: 1024, height: 10, channels: 3 } as const;
        const file = name === 6 ? 'test_batch.png' : `data_batch_${name}.png`;
        await sharp(Uint8Array.from(rows), { raw }).png().toFile(join(package_, file));
      }
      let count = 0;
      for await (const { name, bytes } of restoreCifar10(await openTree(package_))) {
        const official = await readFile(join(folder(), 'cifar-10-batches-bin', name));
        expect(official.equals(bytes), name).to.equal(true);
        count++;
      }
      expect(count).to.equal(6);
    });

    it('refuses a model with greyscale input', async () => {
      const source = join(folder(), 'cifar-10-batches-bin');
      const config = dataConfig({ dataset: 'cifar10', source });
      expect((await rejection(loadData(config, 42, loadContext([32, 32, 1])))).message).to.equal(
        "the images have 3 channels, but the model's inputShape has 1; it must have 3",
      );
    });

    it('refuses missing, truncated and mislabelled files', async () => {
      const broken = join(folder(), 'broken');
      await cp(join(folder(), 'cifar-10-batches-bin'), broken, { recursive: true });
      const file = join(broken, 'data_batch_3.bin');
      const whole = await readFile(file);

      await writeFile(file, whole.subarray(0, 5000));
      expect((await rejection(load('cifar10', broken))).message).to.equal(
        `data.source: data_batch_3.bin of ${broken} has 5000 bytes; it must have a multiple of the 3073 bytes of an image`,
      );
      await writeFile(file, Buffer.concat([Buffer.from([10]), whole.subarray(1)]));
      expect((await rejection(load('cifar10', broken))).message).to.equal(
        'data.source: image 20 has the label 10; labels of cifar10 are 0 to 9',
      );
      await rm(file);
      await rm(join(broken, 'test_batch.bin'));
      expect((await rejection(load('cifar10', broken))).message).to.equal(
        `data.source: ${broken} has no file data_batch_3.bin, test_batch.bin`,
      );
    });
  });

  describe('mnist and fashion-mnist', () => {
    const pixels = (count: number) =>
      Array.from({ length: count * 784 }, (_, at) => level(at % 784, Math.floor(at / 784), 0));
    const twenty = [...Array(20).keys()].map((i) => i % 10);
    const files = {
      'train-images-idx3-ubyte': idxFile([20, 28, 28], pixels(20)),
      'train-labels-idx1-ubyte': idxFile([20], twenty),
      't10k-images-idx3-ubyte': idxFile([10, 28, 28], pixels(10)),
      't10k-labels-idx1-ubyte': idxFile([10], twenty.slice(0, 10)),
    };
    const load = (dataset: string, source: string | null) =>
      loadData(dataConfig({ dataset, source }), 42, loadContext([28, 28, 1]));
    const write = async (name: string, changed: Partial<typeof files> = {}) => {
      const to = join(folder(), name);
      await mkdir(to, { recursive: true });
      for (const [file, bytes] of Object.entries({ ...files, ...changed }))
        await writeFile(join(to, file), bytes);
      return to;
    };

    it('reads idx files', async () => {
      const { classNames, train, validation } = await load('fashion-mnist', await write('idx'));
      expect(classNames[9]).to.equal('Ankle boot');
      expect([...train.labels]).to.deep.equal(twenty);
      expect([...pixelsOf(train)]).to.deep.equal(pixels(20));
      expect(validation.labels).to.have.length(10);
    });

    it('refuses files that are truncated, have another shape or do not match', async () => {
      const wrong: [Partial<typeof files>, RegExp][] = [
        [
          { 'train-images-idx3-ubyte': files['train-images-idx3-ubyte'].subarray(0, 9000) },
          /train-images-idx3-ubyte is not an idx file of unsigned bytes in shape count x 28 x 28$/,
        ],
        [
          { 't10k-images-idx3-ubyte': idxFile([10, 7, 112], pixels(10)) },
          /t10k-images-idx3-ubyte is not an idx file/,
        ],
        [
          { 't10k-labels-idx1-ubyte': Buffer.from('no') },
          /t10k-labels-idx1-ubyte is not an idx file/,
        ],
        [
          { 't10k-labels-idx1-ubyte': idxFile([9], twenty.slice(0, 9)) },
          /t10k-images-idx3-ubyte has 10 images, but t10k-labels-idx1-ubyte has 9 labels; the numbers must be equal/,
        ],
        [
          { 't10k-labels-idx1-ubyte': idxFile([10], [0, 1, 2, 3, 11, 5, 6, 7, 8, 9]) },
          /gives image 4 the label 11; labels of mnist are 0 to 9/,
        ],
      ];
      for (const [changed, message] of wrong) {
        const error = await rejection(load('mnist', await write('wrong-idx', changed)));
        expect(error.message).to.match(message);
      }
    });

    describe('from a web server', () => {
      let server: Server;
      let requests: string[] = [];
      before(async () => {
        server = createServer((request, response) => {
          requests.push(request.url as string);
          const name = (request.url as string).replace(/^.*\/|\.gz$/g, '');
          const file = files[name as keyof typeof files];
          if (file) response.end(gzipSync(file));
          else response.writeHead(404).end();
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      });
      after(() => server.close());

      it('downloads gzipped files once', async () => {
        const { port } = server.address() as AddressInfo;
        const source = `http://127.0.0.1:${port}/data/`;
        const first = await load('mnist', source);
        expect([...pixelsOf(first.train)]).to.deep.equal(pixels(20));
        expect(requests).to.deep.equal(Object.keys(files).map((name) => `/data/${name}.gz`));
        requests = [];
        expect(await load('mnist', source)).to.deep.equal(first);
        expect(requests).to.deep.equal([]);
      });
    });
  });

  it('have known classes and shapes before they are read', () => {
    for (const [name, count, shape] of [
      ['cifar10', 10, [32, 32, 3]],
      ['cifar100', 100, [32, 32, 3]],
      ['mnist', 10, [28, 28, 1]],
      ['fashion-mnist', 10, [28, 28, 1]],
      ['digits', 10, [28, 28, 1]],
    ] as const) {
      expect(new Set(datasetKind(name).classNames).size).to.equal(count);
      expect(datasetKind(name).imageShape).to.deep.equal(shape);
    }
    expect(datasetKind('folder').classNames).to.equal(undefined);
  });
});
