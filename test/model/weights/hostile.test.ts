import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ZipFile } from 'yazl';
import { cachedFilePath, cacheFolder } from '../../../src/cache/cache-folder.ts';
import { InputError } from '../../../src/common/errors.ts';
import { shardPaths } from '../../../src/model/weights/tfjs.ts';
import { errorOfReading, fixture } from './fixtures.ts';

describe('A hostile weight file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const name of ['external-storage', 'external-link', 'external-group', 'virtual-dataset']) {
    it(`reads no other file by its ${name}`, async () => {
      expect(await errorOfReading(fixture(`hostile-${name}.h5`))).to.match(
        /^\/dense\/dense\/kernel(:0)? refers to another file; a weight file must contain its weights$/,
      );
    });
  }

  it('is refused as a .keras file that unpacks to a multiple of its size', async () => {
    const path = join(folder, 'bomb.keras');
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('{}'), 'config.json');
    zip.addBuffer(Buffer.alloc(2 ** 22), 'model.weights.h5');
    zip.end();
    await writeFile(path, await buffer(zip.outputStream));
    expect(await errorOfReading(path)).to.contain(
      'unpacks to 4194306 bytes, more than 20 times its size',
    );
  });

  const tensors: [string, object][] = [
    ['offsets as texts', { dtype: 'F32', shape: [1], data_offsets: ['0', '4'] }],
    ['fractional offsets', { dtype: 'F32', shape: [1], data_offsets: [0.5, 4.5] }],
    ['negative offsets', { dtype: 'F32', shape: [1], data_offsets: [-4, 0] }],
    ['three offsets', { dtype: 'F32', shape: [1], data_offsets: [0, 4, 4] }],
    ['a nested shape', { dtype: 'F32', shape: [[1]], data_offsets: [0, 4] }],
    ['a fractional shape', { dtype: 'F32', shape: [0.5, 2], data_offsets: [0, 4] }],
    ['offsets beyond the end', { dtype: 'F32', shape: [2], data_offsets: [4, 12] }],
    ['a type of JavaScript', { dtype: 'toString', shape: [1], data_offsets: [0, 4] }],
  ];
  for (const [what, tensor] of tensors) {
    it(`is refused as safetensors with ${what}`, async () => {
      const path = join(folder, 'hostile.safetensors');
      const header = Buffer.from(JSON.stringify({ 'a/kernel': tensor }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      await writeFile(path, Buffer.concat([length, header, Buffer.alloc(8)]));
      expect(await errorOfReading(path)).to.match(/whole numbers|has \d+ bytes|must be one of/);
    });
  }

  const manifests: [string, unknown][] = [
    [
      'a nested shape',
      [{ paths: ['a.bin'], weights: [{ name: 'a/kernel', shape: [3, [3], 3, 4] }] }],
    ],
    ['a name that is a number', [{ paths: ['a.bin'], weights: [{ name: 1, shape: [1] }] }]],
    ['a group that is null', [null]],
    ['a path that is a number', [{ paths: [1], weights: [] }]],
    ['no weights', [{ paths: ['a.bin'] }]],
  ];
  for (const [what, weightsManifest] of manifests) {
    it(`is refused as model.json with ${what}`, async () => {
      await writeFile(join(folder, 'a.bin'), Buffer.alloc(4));
      const path = join(folder, 'model.json');
      await writeFile(path, JSON.stringify({ weightsManifest }));
      expect(await errorOfReading(path)).to.match(
        /must be a list of whole numbers|has no weightsManifest/,
      );
    });
  }

  for (const shard of [
    'https:/host/x',
    '//host/x',
    '/x',
    '../x',
    'a/../../x',
    '..',
    'C:x',
    '..\\x',
    'x?y',
    '%2e%2e/x',
    '',
  ]) {
    it(`has no shard named "${shard}"`, () => {
      const json = JSON.stringify({ weightsManifest: [{ paths: [shard], weights: [] }] });
      expect(() => shardPaths(json, 'model.json')).to.throw(
        InputError,
        'a shard outside its folder',
      );
    });
  }
});

describe('The place of a downloaded file', () => {
  it('is inside the cache, whatever the URL says', () => {
    for (const url of [
      'https://host/a/..%2f..%2f..%2fetc%2fpasswd',
      'https://host/%2e%2e/%2e%2e',
      'https://host/..',
      'https://host/',
      'https://host/%00',
      'https://host/%zz',
      'https://host/a%5c..%5cb',
      `https://host/${'long'.repeat(200)}.h5`,
    ]) {
      const path = cachedFilePath('weights', url);
      const [kind, key, name, ...rest] = path.slice(cacheFolder().length + 1).split('/');
      expect(path.startsWith(`${cacheFolder()}/`)).to.equal(true);
      expect([kind, rest]).to.deep.equal(['weights', []]);
      expect(key).to.match(/^[0-9a-f]{16}$/);
      expect(name).to.match(/^(?!\.+$)[\w.-]{1,200}$/);
    }
  });

  it('differs by scheme, host, port, path and query, and keeps the ending', () => {
    const urls = [
      'https://host/a.tar.gz',
      'http://host/a.tar.gz',
      'https://host:444/a.tar.gz',
      'https://other/a.tar.gz',
      'https://host/a.tar.gz?version=2',
      'https://host/b/a.tar.gz',
    ];
    const paths = urls.map((url) => cachedFilePath('data', url));
    expect(new Set(paths).size).to.equal(urls.length);
    expect(paths.every((path) => path.endsWith('/a.tar.gz'))).to.equal(true);
    expect(cachedFilePath('data', 'https://host/a.tar.gz#part')).to.equal(paths[0]);
  });
});
