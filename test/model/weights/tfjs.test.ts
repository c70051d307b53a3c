import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import { layersOf } from '../../../src/model/weights/keras.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { fixture } from './fixtures.ts';

describe('weights of a tfjs layers model', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are read from shards like in Python, in all quantizations', async () => {
    const expected: Record<string, number[]> = JSON.parse(
      await readFile(fixture('tfjs-quantized.json'), 'utf8'),
    );
    const file = await openWeights(fixture('tfjs-quantized/model.json'));
    expect(new Set(file.entries.map((entry) => entry.dtype))).to.have.keys(
      'float32',
      'uint8',
      'uint16',
      'float16',
    );
    expect(file.entries.map(({ layer, name }) => `${layer}/${name}`)).to.have.members(
      Object.keys(expected),
    );
    for (const { layer, name, read } of file.entries) {
      const values = expected[`${layer}/${name}`] ?? [];
      const received = await read();
      expect(received).to.have.length(values.length);
      received.forEach((number, i) => {
        expect(number).to.be.closeTo(values[i] ?? Number.NaN, 1e-5);
      });
    }
    expect(layersOf(file.architecture)).to.have.length(11);
  });

  async function errorOf(change: (json: string) => string): Promise<string> {
    const copy = join(folder, 'copy');
    await cp(fixture('tfjs-quantized'), copy, { recursive: true });
    const path = join(copy, 'model.json');
    await writeFile(path, change(await readFile(path, 'utf8')));
    const error = await openWeights(path).catch((each: Error) => each);
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message;
  }

  it('are rejected without a shard', async () => {
    const message = await errorOf((json) => json.replace('shard2of3', 'shard9of3'));
    expect(message).to.contain('group1-shard9of3.bin, which is not a file');
  });

  it('are rejected if the shards have another size', async () => {
    const message = await errorOf((json) => json.replace('"group1-shard3of3.bin"', '"model.json"'));
    expect(message).to.contain('lists 658 bytes');
  });

  it('are rejected if a shard is outside the folder', async () => {
    const message = await errorOf((json) => json.replace('group1-shard2', '../../group1-shard2'));
    expect(message).to.contain('a shard outside its folder: ../../group1-shard2of3.bin');
  });

  it('are rejected if they are not numbers', async () => {
    const message = await errorOf((json) =>
      json.replaceAll('"dtype": "float32"', '"dtype": "string"'),
    );
    expect(message).to.contain('Received: the type string');
  });

  it('are rejected if the JSON is not a model', async () => {
    expect(await errorOf(() => '{"name": "package"}')).to.contain('has no weightsManifest');
    expect(await errorOf(() => '{"name": ')).to.contain('is not valid JSON');
  });
});
