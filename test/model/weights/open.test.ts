import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../../src/common/errors.ts';
import type { Graph } from '../../../src/model/graph.ts';
import type { KerasLayer } from '../../../src/model/weights/format.ts';
import { layersOf } from '../../../src/model/weights/keras.ts';
import { kerasOrder } from '../../../src/model/weights/load.ts';
import { matchWeights } from '../../../src/model/weights/match.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { expectedWeights, fixture, layersOfExpected, readBack } from './fixtures.ts';

/** `network` of make_fixtures.py in the order of its construction, which is not that of `model.layers`. */
const graph: Graph = {
  inputShape: [6, 6, 3],
  nodes: (
    [
      ['stem', 'conv2d', 'input'],
      ['shortcut', 'conv2d', 'stem'],
      ['depthwise', 'depthwiseConv2d', 'stem'],
      ['depthwise_bn', 'batchNormalization', 'depthwise'],
      ['pointwise', 'conv2d', 'depthwise_bn'],
      ['pointwise_bn', 'batchNormalization', 'pointwise'],
      ['add', 'add', 'shortcut', 'pointwise_bn'],
      ['separable', 'separableConv2d', 'add'],
      ['pool', 'globalAveragePooling2d', 'separable'],
      ['predictions', 'dense', 'pool'],
    ] as const
  ).map(([name, kind, ...inputs]) => ({ name, kind, inputs, args: {}, part: 'backbone' })),
};

async function expectWeights(file: string, model: string, layers: KerasLayer[] | null = null) {
  const expected = expectedWeights(model);
  const weights = await openWeights(fixture(file), layers);
  const matched = matchWeights(layersOfExpected(expected), weights);
  const { values, increases } = await readBack(expected, matched);
  await weights.close();
  expect(values).to.deep.equal(expected);
  expect(increases).to.equal(true);
}

async function errorOf(path: string, layers: KerasLayer[] | null = null): Promise<string> {
  const error = await openWeights(path, layers).then(
    () => new Error('no error was thrown'),
    (reason: Error) => reason,
  );
  expect(error).to.be.instanceOf(InputError);
  return error.message;
}

describe('openWeights', () => {
  for (const keras of ['keras2', 'keras3']) {
    for (const model of ['network', 'nested', 'normalized']) {
      it(`reads the ${model} model of ${keras} from .h5`, () =>
        expectWeights(`${keras}-${model}-model.h5`, `${keras}-${model}`));
      it(`reads the ${model} model of ${keras} from .keras`, () =>
        expectWeights(`${keras}-${model}.keras`, `${keras}-${model}`));
    }
  }

  it('reads the layout of keras.applications', () =>
    expectWeights('keras2-network.h5', 'keras2-network'));

  it('reads layers with slashes in their names', async () => {
    const { entries, close } = await openWeights(fixture('keras2-slashes.h5'));
    const names = entries.map(({ layer, name }) => `${layer} ${name}`);
    expect(names).to.deep.equal([
      'block/conv kernel',
      'block/conv bias',
      'block/conv/BatchNorm gamma',
      'block/conv/BatchNorm beta',
    ]);
    expect([...((await entries[3]?.read()) ?? [])]).to.deep.equal([1, 1]);
    await close();
  });

  it('reads .weights.h5 of Keras 3 by the names in it', () =>
    expectWeights('keras3-network.weights.h5', 'keras3-network'));

  it('reads .weights.h5 without names by the order of the layers', () =>
    expectWeights('keras2-network.weights.h5', 'keras2-network', kerasOrder(graph)));

  it('explains why .weights.h5 without names cannot be read without the model', async () => {
    const message = await errorOf(fixture('keras2-network.weights.h5'));
    expect(message).to.contain('before 3.6').and.contain('Save the whole model instead');
  });

  it('ignores layers of .weights.h5 without names that the model lacks', async () => {
    const nodes = graph.nodes.slice(0, 6);
    const file = await openWeights(
      fixture('keras2-network.weights.h5'),
      kerasOrder({ ...graph, nodes }),
    );
    await file.close();
    const names = new Set(file.entries.map((entry) => entry.layer));
    expect([...names]).to.have.members([
      'stem',
      'depthwise',
      'depthwise_bn',
      'pointwise',
      'pointwise_bn',
    ]);
  });

  it('reads safetensors of the Python library', async () => {
    const file = await openWeights(fixture('network.safetensors'));
    const expected = expectedWeights('keras2-network');
    const matched = matchWeights(layersOfExpected(expected), file);
    for (const [layer, weights] of Object.entries(expected)) {
      for (const [i, { first, shape }] of Object.values(weights).entries()) {
        const entry = matched.get(layer)?.[i];
        expect(entry?.shape).to.deep.equal(shape);
        expect(new Set(await entry?.read())).to.deep.equal(new Set([first]));
      }
    }
    await file.close();
  });

  it('reads float16, bfloat16 and float64, and names with a dot', async () => {
    const file = await openWeights(fixture('halves.safetensors'));
    const read = await Promise.all(
      file.entries.map(async ({ layer, name, dtype, read }) => [
        layer,
        name,
        dtype,
        ...(await read()),
      ]),
    );
    await file.close();
    expect(read).to.have.deep.members([
      ['a', 'weight', 'F16', 0, 1, 2, 3],
      ['b', 'weight', 'F64', 0, 1, 2, 3],
      ['c', 'weight', 'BF16', 0, 1, -2, 3.140625],
    ]);
  });

  it('returns the architecture if the file has one', async () => {
    for (const name of ['keras2-network-model.h5', 'keras3-network.keras']) {
      const { architecture, close } = await openWeights(fixture(name));
      await close();
      expect(layersOf(architecture).map((layer) => layer.name)).to.include.members(['stem', 'add']);
    }
  });

  describe('rejects', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    });
    after(() => rm(folder, { recursive: true }));

    it('a file that does not exist', async () => {
      expect(await errorOf(join(folder, 'none.h5'))).to.contain('there is no weight file');
    });

    it('a file of another format', async () => {
      const path = join(folder, 'page.h5');
      await writeFile(path, '<!DOCTYPE html>');
      expect(await errorOf(path))
        .to.contain('"<!DOCTYP"')
        .and.contain('.safetensors');
    });

    for (const name of ['keras2-network.h5', 'keras3-network.keras', 'network.safetensors']) {
      it(`a truncated ${name}`, async () => {
        const path = join(folder, name);
        await copyFile(fixture(name), path);
        await truncate(path, 1500);
        expect(await errorOf(path)).to.contain('is truncated or damaged');
      });
    }

    it('safetensors with a header length beyond the end', async () => {
      const path = join(folder, 'header.safetensors');
      const bytes = await readFile(fixture('network.safetensors'));
      bytes.writeUInt32LE(0xffffff, 0);
      await writeFile(path, bytes);
      expect(await errorOf(path)).to.contain('16777215 bytes');
    });
  });
});
