import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../../../src/common/errors.ts';
import type { BackboneConfig, LayerConfig } from '../../../src/experiment/experiment.ts';
import { buildModel } from '../../../src/model/build.ts';
import { buildGraph } from '../../../src/model/build-graph.ts';
import { loadWeights } from '../../../src/model/weights/load.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { errorOfReading, fixture, readAll } from './fixtures.ts';

interface Expected {
  /** The tensors that PyTorch reads from a file. */
  readonly files: Record<string, Record<string, { shape: number[]; values: number[] }>>;
  /** The output of the network in the checkpoint. */
  readonly output: number[];
}

/** See make_pytorch_fixtures.py. */
const expected: Expected = JSON.parse(await readFile(fixture('pytorch/expected.json'), 'utf8'));

describe('PyTorch checkpoints', () => {
  for (const [name, source] of [
    ['types.pth', 'types.pth'],
    ['types-protocol4.pth', 'types.pth'],
    ['types-legacy.pth', 'types.pth'],
    ['types-legacy-protocol4.pth', 'types.pth'],
    ['checkpoint.pt', 'checkpoint.pt'],
    ['checkpoint-legacy.pt', 'checkpoint.pt'],
  ] as const) {
    it(`are read like PyTorch does: ${name}`, async () => {
      const read = await readAll(fixture(`pytorch/${name}`));
      expect(read).to.have.all.keys(Object.keys(expected.files[source] ?? {}));
      expect(read).to.deep.equal(expected.files[source]);
    });
  }

  it('say which type each tensor has', async () => {
    const file = await openWeights(fixture('pytorch/types.pth'));
    await file.close();
    const typed = file.entries.filter(({ layer }) => layer === 'a');
    expect(typed.map(({ dtype }) => dtype)).to.deep.equal(typed.map(({ name }) => name));
  });

  for (const [name, reason] of [
    ['module.pth', 'contains torch.nn.modules.container.Sequential'],
    ['arguments.pth', 'contains argparse.Namespace'],
    ['complex.pth', 'contains torch.ComplexFloatStorage'],
    ['attack.pth', 'contains posix.system'],
    ['attack-legacy.pth', 'contains posix.system'],
    ['list.pth', 'must contain a dict of tensors'],
    [
      'numbers.pth',
      'must contain a dict of tensors, or one as state_dict, model_state_dict, model. Received: epoch, loss',
    ],
  ] as const) {
    it(`are refused by name: ${name}`, async () => {
      expect(await errorOfReading(fixture(`pytorch/${name}`))).to.contain(reason);
      expect(existsSync('/tmp/cifar-run-attack')).to.equal(false);
    });
  }

  describe('that are damaged', () => {
    let folder: string;
    let path: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
      path = join(folder, 'weights.pth');
    });
    after(() => rm(folder, { recursive: true }));

    for (const name of ['types.pth', 'types-legacy.pth']) {
      it(`are refused wherever they are truncated: ${name}`, async () => {
        const bytes = await readFile(fixture(`pytorch/${name}`));
        for (let length = 0; length < bytes.length; length += 7) {
          await writeFile(path, bytes.subarray(0, length));
          expect(await errorOfReading(path)).to.match(/truncated or damaged|is not a weight file/);
        }
      });
    }

    it('are refused, or read with other values, whatever byte is wrong', async () => {
      const names = ['types.pth', 'types-legacy.pth', 'checkpoint.pt', 'checkpoint-legacy.pt'];
      const files = await Promise.all(names.map((name) => readFile(fixture(`pytorch/${name}`))));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          async (original, changes) => {
            const bytes = Buffer.from(original);
            for (const [at, value] of changes) bytes[at % bytes.length] = value;
            await writeFile(path, bytes);
            await readAll(path).catch((error) => expect(error).to.be.instanceOf(InputError));
          },
        ),
        { numRuns: 400 },
      );
    });

    /** The older format with this pickle as the saved object. */
    function legacy(...program: (string | number[])[]): Buffer {
      const parts = program.map((part) =>
        typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
      );
      const start = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e', 'hex');
      const system = '}X\r\0\0\0little_endian\x88s.';
      return Buffer.concat([start.subarray(0, -2), Buffer.from(system, 'latin1'), ...parts]);
    }

    /** A pickle of a dict with one tensor of two values. */
    function tensor(offset: string, shape: string, strides: string): string {
      const storage =
        '((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02NtQ';
      return `}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n${storage}${offset}${shape}${strides}\x89NtRs.`;
    }
    /** The keys of the storages, and the values of the only one. */
    const values = ']X\x01\0\0\x000a.\x02\0\0\0\0\0\0\0\0\0\x80?\0\0\0@';

    it('are read if they are valid, even if written by hand', async () => {
      await writeFile(path, legacy(tensor('K\x00', 'K\x02\x85', 'K\x01\x85'), values));
      expect(await readAll(path)).to.deep.equal({ w: { shape: [2], values: [1, 2] } });
      await writeFile(path, legacy(tensor('K\x01', 'K\x03\x85', 'K\x00\x85'), values));
      expect(await readAll(path)).to.deep.equal({ w: { shape: [3], values: [2, 2, 2] } });
    });

    const uint32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer).toString('latin1');
    for (const [title, content, reason] of [
      [
        'a tensor beyond its storage',
        [tensor('K\x01', 'K\x02\x85', 'K\x01\x85'), values],
        'ends at 3 of the 2 values',
      ],
      [
        'strides beyond the storage',
        [tensor('K\x00', 'K\x02\x85', 'K\x02\x85'), values],
        'ends at 3 of the 2 values',
      ],
      [
        'a negative size',
        [tensor('K\x00', `J${uint32(2 ** 32 - 2)}\x85`, 'K\x01\x85'), values],
        'no valid storage, offset, shape',
      ],
      [
        'a tensor of terabytes in one value',
        [
          tensor('K\x00', `J${uint32(2 ** 31 - 1)}J${uint32(2 ** 31 - 1)}\x86`, 'K\x00K\x00\x86'),
          values,
        ],
        'many more than its storage',
      ],
      [
        'a storage without values',
        [tensor('K\x00', 'K\x02\x85', 'K\x01\x85'), '].'],
        'no values of the storage 0',
      ],
      [
        'a storage of another length',
        [
          tensor('K\x00', 'K\x02\x85', 'K\x01\x85'),
          values.replace('\x02\0\0\0\0\0\0\0', '\x07\0\0\0\0\0\0\0'),
        ],
        'has 7 values, and should have 2',
      ],
      ['a text of four gigabytes', [`X${uint32(2 ** 32 - 1)}`], '4294967295 bytes should follow'],
      [
        'ten million lists',
        [']'.repeat(10_000_000)],
        'more than 64000000 bytes or 4000000 operations',
      ],
      [
        'ten million marks',
        ['('.repeat(10_000_000)],
        'more than 64000000 bytes or 4000000 operations',
      ],
      ['a value that does not exist', ['h\x05.'], 'no value 5 to recall'],
      ['an operation without operands', ['a.'], 'has no operand'],
      ['an end without a mark', ['t.'], 'has no mark'],
      ['a name without an end', [`c${'x'.repeat(5000)}`], 'a name in its pickle does not end'],
      ['a call of a text', ['X\x01\0\0\0a)R.'], 'calls something that is no function'],
      ['attributes of a list', [']}b.'], 'sets attributes'],
      ['an object of a class', ['cbuiltins\nset\n)\x81.'], 'contains builtins.set'],
      ['a code of an extension', ['\x82\x01.'], 'pickle operation 0x82'],
    ] as const) {
      it(`are refused: ${title}`, async () => {
        await writeFile(path, legacy(...content));
        const before = process.memoryUsage().rss;
        expect(await errorOfReading(path)).to.contain(reason);
        expect(process.memoryUsage().rss - before).to.be.below(1e9);
      });
    }

    it('are refused: a ZIP archive of something else', async () => {
      const { default: yazl } = await import('yazl');
      const zip = new yazl.ZipFile();
      zip.addBuffer(Buffer.from('a'), 'images/1.png');
      zip.end();
      await writeFile(path, zip.outputStream);
      expect(await errorOfReading(path)).to.contain('ZIP archive, but no PyTorch checkpoint');
    });
  });
});

describe('the weights of PyTorch in a network of Keras', () => {
  const layers: LayerConfig[] = [
    ['conv2d', 'stem', { filters: 4, kernelSize: [3, 5], padding: 'same' }],
    ['batchNormalization', 'norm', { epsilon: 1e-5 }],
    ['depthwiseConv2d', 'depthwise', { kernelSize: 3, padding: 'same', depthMultiplier: 2 }],
    ['conv2dTranspose', 'upscale', { filters: 5, kernelSize: 2, strides: 2 }],
    ['maxPooling2d', 'pool', { poolSize: 2 }],
    ['flatten', 'flatten', {}],
    ['dropout', 'dropout', { rate: 0.1 }],
    ['dense', 'dense', { units: 7 }],
    ['layerNormalization', 'layer_norm', { epsilon: 1e-3 }],
  ].map(([kind, name, args]) => ({ kind, name, args, inputs: null }) as LayerConfig);

  function backbone(changed = layers): BackboneConfig {
    const weights = fixture('pytorch/checkpoint.pt');
    return { from: { kind: 'layers', layers: changed }, weights, inputShape: [4, 6, 3], cut: null };
  }

  async function load(config: BackboneConfig): Promise<tf.LayersModel> {
    const model = buildModel(buildGraph({ backbone: config, head: [] }), 1);
    await loadWeights(model, config.weights ?? '', config, null);
    return model;
  }

  it('give the output of PyTorch, also behind flatten', async () => {
    const model = await load(backbone());
    const pixels = Float32Array.from(
      { length: 4 * 6 * 3 },
      (_, index) => ((index * 0.7548776662466927) % 1) * 2 - 1,
    );
    const output = tf.tidy(() => model.predict(tf.tensor4d(pixels, [1, 4, 6, 3])) as tf.Tensor);
    const values = await output.data();
    for (const [i, value] of expected.output.entries())
      expect(values[i]).to.be.closeTo(value, 1e-4);
    tf.dispose([output]);
    model.dispose();
  });

  it('must have the layers, weights and shapes of the network', async () => {
    const other = layers.map(({ name, args, ...rest }) => {
      if (name === 'stem') return { ...rest, name, args: { ...args, useBias: false } };
      if (name === 'dense') return { ...rest, name, args: { units: 8 } };
      return { ...rest, args, name: name === 'norm' ? 'nrm' : name };
    });
    const error = await load(backbone(other)).catch((each: Error) => each);
    expect(error).to.be.instanceOf(InputError);
    expect((error as Error).message)
      .to.contain('layer stem has the weights kernel in the model, and kernel, bias in the file')
      .and.contain('layer nrm has no weights in the file. Did you mean norm?')
      .and.contain(
        'layer dense: kernel has the shape [120, 8] in the model, and [120, 7] in the file',
      );
  });
});
