import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, RunError } from '../../../src/common/errors.ts';
import type { BackboneConfig } from '../../../src/experiment/experiment.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import {
  imagenetFile,
  KERAS_APPLICATIONS,
  resolveWeights,
} from '../../../src/model/weights/resolve.ts';
import { fixture } from './fixtures.ts';

/** A file that Keras requests; see make_fixtures.py. */
interface KerasFile {
  readonly backbone: string;
  readonly alpha: number;
  readonly size: number;
  readonly file: string;
  readonly url: string;
  readonly md5: string | null;
}

const names: Readonly<Record<string, string>> = {
  VGG16: 'vgg16',
  VGG19: 'vgg19',
  ResNet50: 'resnet50',
  ResNet50V2: 'resnet50v2',
  MobileNet: 'mobilenet',
  MobileNetV2: 'mobilenetV2',
  EfficientNetB0: 'efficientnetB0',
};

describe('ImageNet weight files', () => {
  it('are those that Keras downloads for each backbone, width and size', async () => {
    const requested: KerasFile[] = JSON.parse(
      await readFile(fixture('imagenet-files.json'), 'utf8'),
    );
    for (const { backbone, alpha, size, file, url, md5 } of requested) {
      const name = names[backbone] ?? '';
      const found = imagenetFile({ name, alpha, inputShape: [size, size, 3] });
      expect(found.file).to.equal(file);
      expect(KERAS_APPLICATIONS + found.folder + found.file).to.equal(url);
      expect(found.hash).to.equal(md5 && `md5:${md5}`);
    }
    expect(new Set(requested.map((each) => each.backbone))).to.have.keys(Object.keys(names));
  });

  it('do not exist for other widths and backbones', () => {
    const inputShape = [32, 32, 3];
    expect(() => imagenetFile({ name: 'mobilenet', alpha: 0.6, inputShape })).to.throw(
      InputError,
      'exist for alpha 0.25, 0.5, 0.75, 1. Received: 0.6',
    );
    expect(() => imagenetFile({ name: 'resnet101', alpha: 1, inputShape })).to.throw(
      InputError,
      'no ImageNet weights for the backbone resnet101, only for vgg16, ',
    );
  });
});

describe('resolveWeights', () => {
  let folder: string;
  let server: Server;
  let host: string;
  let files: Map<string, Buffer>;
  let requests: string[];
  const { KERAS_HOME, CIFAR_RUN_CACHE } = process.env;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    process.env.KERAS_HOME = join(folder, 'keras');
    process.env.CIFAR_RUN_CACHE = join(folder, 'cache');
    files = new Map();
    requests = [];
    server = createServer(({ url = '' }, response) => {
      requests.push(url);
      const content = files.get(url);
      response.writeHead(content ? 200 : 404).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    restore('KERAS_HOME', KERAS_HOME);
    restore('CIFAR_RUN_CACHE', CIFAR_RUN_CACHE);
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  function resolve(weights: string | null, from: Partial<BackboneConfig['from']> = {}) {
    const backbone = {
      from: { kind: 'named', name: 'mobilenet', alpha: 1, ...from },
      weights,
      inputShape: [224, 224, 3],
      cut: null,
    } as BackboneConfig;
    const { signal } = new AbortController();
    const source = '/models/model.json';
    return resolveWeights(backbone, { source, report: () => {}, signal, kerasApplications: host });
  }

  async function errorOf(...args: Parameters<typeof resolve>): Promise<Error> {
    return resolve(...args).then(
      () => new Error('no error was thrown'),
      (error: Error) => error,
    );
  }

  it('returns null for random weights, the model for null, and paths unchanged', async () => {
    expect(await resolve('random')).to.equal(null);
    expect(await resolve(null)).to.equal('/models/model.json');
    expect(await resolve('/weights/mine.h5')).to.equal('/weights/mine.h5');
    expect(requests).to.deep.equal([]);
  });

  it('downloads ImageNet weights once, to the folder of Keras', async () => {
    const file = 'mobilenet_1_0_224_tf_no_top.h5';
    const content = await readFile(fixture('keras2-network.h5'));
    files.set(`/tensorflow/keras-applications/mobilenet/${file}`, content);
    const path = join(folder, 'keras', 'models', file);
    expect(await resolve('imagenet')).to.equal(path);
    expect(await resolve('imagenet')).to.equal(path);
    expect(requests).to.have.length(1);
    expect((await readFile(path)).equals(content)).to.equal(true);
  });

  it('uses a file of Keras without a request', async () => {
    const models = join(folder, 'keras', 'models');
    await mkdir(models, { recursive: true });
    const path = join(models, 'mobilenet_5_0_224_tf_no_top.h5');
    await copyFile(fixture('keras2-network.h5'), path);
    expect(await resolve('imagenet', { alpha: 0.5 })).to.equal(path);
    expect(requests).to.deep.equal([]);
  });

  it('rejects ImageNet weights with a wrong hash', async () => {
    const file = 'vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5';
    files.set(`/tensorflow/keras-applications/vgg19/${file}`, Buffer.from('no weights'));
    const error = await errorOf('imagenet', { name: 'vgg19' });
    expect(error).to.be.instanceOf(RunError);
    expect(error.message).to.contain('should have md5:253f8cb515780f3b799900260a226db6');
  });

  it('rejects ImageNet weights for a backbone of layers', async () => {
    const error = await errorOf('imagenet', { kind: 'layers', layers: [] });
    expect(error).to.be.instanceOf(InputError);
    expect(error.message).to.contain('Received: a backbone from layers');
  });

  it('downloads a URL to the cache, with the shards of a tfjs model', async () => {
    for (const name of ['model.json', ...[1, 2, 3].map((n) => `group1-shard${n}of3.bin`)]) {
      files.set(`/tfjs/${name}`, await readFile(fixture(`tfjs-quantized/${name}`)));
    }
    const path = await resolve(`${host}tfjs/model.json`);
    expect(path).to.contain(join(folder, 'cache', 'weights'));
    const file = await openWeights(path ?? '');
    expect(file.entries[0]?.layer).to.equal('stem');
    expect(await resolve(`${host}tfjs/model.json`)).to.equal(path);
    expect(requests).to.have.length(4);
  });

  it('distinguishes URLs with the same file name', async () => {
    files.set('/a/it', await readFile(fixture('network.safetensors')));
    files.set('/b/it', await readFile(fixture('halves.safetensors')));
    for (const folder of ['a', 'b']) {
      const path = await resolve(`${host}${folder}/it`);
      expect(await readFile(path ?? '')).to.deep.equal(files.get(`/${folder}/it`));
    }
  });

  it('deletes a download that is not a weight file', async () => {
    files.set('/sign-in.h5', Buffer.from('<html>sign in to this network</html>'));
    const error = await errorOf(`${host}sign-in.h5`);
    expect(error).to.be.instanceOf(RunError);
    expect(error.message)
      .to.contain('/sign-in.h5 is not a weight file, and was deleted')
      .and.contain('"<html>si"');
    const remaining = await readdir(join(folder, 'cache'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(remaining.filter((each) => each.isFile())).to.deep.equal([]);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
