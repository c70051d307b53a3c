import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { expect } from 'chai';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { AttrType, DType } from '../../src/engine/tensorflow/attributes.ts';
import { useEngine } from '../engine.ts';

describe('the binding of tfjs-node over the C API', () => {
  const engine = useEngine();
  let binding: TFJSBinding;

  before(() => {
    binding = (tf.backend() as unknown as { binding: TFJSBinding }).binding;
  });

  const type = (name: string, value: number) => ({ name, type: AttrType.type, value });

  it('is TensorFlow 2.16 or later', () => {
    const [major, minor] = engine().version.split('.').map(Number);
    expect(major).to.equal(2);
    expect(minor).to.be.at.least(16);
  });

  for (const [name, dtype, values] of [
    ['float32', DType.float32, Float32Array.of(1.5, -2, Number.NaN, 0)],
    ['int32', DType.int32, Int32Array.of(1, -2, 2 ** 31 - 1, 0)],
    ['bool', DType.bool, Uint8Array.of(1, 0, 1, 1)],
  ] as const) {
    it(`returns the values of a ${name} tensor`, () => {
      const id = binding.createTensor([2, 2], dtype, values);
      expect(binding.tensorDataSync(id)).to.deep.equal(values);
      binding.deleteTensor(id);
    });
  }

  it('returns an int64 tensor as BigInt64Array, and takes it as pairs of int32', () => {
    const values = BigInt64Array.of(2n ** 40n, -1n);
    const id = binding.createTensor([2], DType.int64, new Int32Array(values.buffer));
    expect(binding.tensorDataSync(id)).to.deep.equal(values);
    binding.deleteTensor(id);
  });

  it('returns a uint8 tensor as int32, as tfjs does', () => {
    const id = binding.createTensor([3], DType.uint8, Uint8Array.of(0, 128, 255));
    expect(binding.tensorDataSync(id)).to.deep.equal(Int32Array.of(0, 128, 255));
    binding.deleteTensor(id);
  });

  it('returns short, long, empty and binary strings', () => {
    const strings = ['', 'short', 'x'.repeat(100_000), 'é日本'].map((s) => Buffer.from(s));
    const values = [...strings.map((s) => new Uint8Array(s)), Uint8Array.of(0, 255, 0)];
    const id = binding.createTensor([5], DType.string, values as never);
    expect(binding.tensorDataSync(id)).to.deep.equal(values);
    binding.deleteTensor(id);
  });

  it('computes with complex numbers', () => {
    const product = tf.complex([1, 0], [2, 1]).mul(tf.complex([3, 0], [-1, 1]));
    expect([...product.dataSync()]).to.deep.equal([5, 5, -1, 0]);
  });

  it('takes a list of inputs', () => {
    const parts = Array.from({ length: 300 }, (_, i) => tf.tensor1d([i]));
    expect(tf.concat(parts).dataSync()).to.have.length(300);
    expect(tf.addN(parts).dataSync()[0]).to.equal((299 * 300) / 2);
  });

  it('returns all outputs of an operation', () => {
    const rows = tf.unstack(tf.range(0, 1000).reshape([1000, 1]));
    expect(rows).to.have.length(1000);
    expect(rows[999]?.dataSync()[0]).to.equal(999);
  });

  it('creates, assigns and reads a resource variable', () => {
    const dtype = type('dtype', DType.float32);
    const [handle] = binding.executeOp(
      'VarHandleOp',
      [
        dtype,
        { name: 'shape', type: AttrType.shape, value: [2] },
        { name: 'shared_name', type: AttrType.string, value: 'a variable' },
      ],
      [],
      1,
    );
    const value = binding.createTensor([2], DType.float32, Float32Array.of(3, 4));
    const variable = handle?.id as number;
    expect(handle?.dtype).to.equal(DType.resource);
    binding.executeOp('AssignVariableOp', [dtype], [variable, value], 0);
    const [read] = binding.executeOp('ReadVariableOp', [dtype], [variable], 1);
    expect([...(binding.tensorDataSync(read?.id as number) as Float32Array)]).to.deep.equal([3, 4]);
    binding.executeOp('DestroyResourceOp', [], [variable], 0);
    for (const id of [variable, value, read?.id as number]) binding.deleteTensor(id);
  });

  it('draws the same random numbers for the same key, and others for another one', () => {
    const draw = (...key: [number, number]) => engine().randomUniform([1000], key).dataSync();
    expect(draw(1, 2)).to.deep.equal(draw(1, 2));
    expect(draw(1, 2)).not.to.deep.equal(draw(1, 3));
    const mean = [...draw(5, 6)].reduce((sum, x) => sum + x, 0) / 1000;
    expect(mean).to.be.within(0.45, 0.55);
  });

  it('runs a SavedModel', () => {
    const folder = fileURLToPath(new URL('fixtures/saved-model', import.meta.url));
    const model = binding.loadSavedModel(folder, 'serve');
    const x = binding.createTensor([2, 2], DType.float32, Float32Array.of(0, 1, 2, 3));
    const [y] = binding.runSavedModel(
      model,
      [x],
      'serving_default_x:0',
      'StatefulPartitionedCall:0',
    );
    expect(y?.shape).to.deep.equal([2, 2]);
    const values = binding.tensorDataSync(y?.id as number);
    expect([...(values as Float32Array)]).to.deep.equal([1, 3, 5, 7]);
    expect(() => binding.runSavedModel(model, [x], 'nothing:0', 'nothing:0')).to.throw(
      'the SavedModel has no operation nothing',
    );
    for (const id of [x, y?.id as number]) binding.deleteTensor(id);
    binding.deleteSavedModel(model);
    expect(binding.getNumOfSavedModels()).to.equal(0);
  });

  describe('reports an error', () => {
    it('with the operation, the shapes and the message of TensorFlow', () => {
      const a = binding.createTensor([2, 3], DType.float32, new Float32Array(6));
      const attributes = [
        type('T', DType.float32),
        { name: 'transpose_a', type: AttrType.bool, value: false },
        { name: 'transpose_b', type: AttrType.bool, value: false },
      ];
      expect(() => binding.executeOp('MatMul', attributes, [a, a], 1)).to.throw(
        'TensorFlow could not run MatMul(float32[2,3], float32[2,3]): ' +
          'Dimensions must be equal, but are 3 and 2',
      );
      binding.deleteTensor(a);
    });

    it('for an operation that does not exist', () => {
      expect(() => binding.executeOp('MatMull', [], [], 1)).to.throw(
        /could not find the operation MatMull: .* \(\w+\)/s,
      );
    });

    it('for a deleted tensor', () => {
      const id = binding.createTensor([1], DType.float32, Float32Array.of(1));
      binding.deleteTensor(id);
      const message = `there is no tensor with the id ${id}: it was never created, or it was deleted`;
      expect(() => binding.tensorDataSync(id)).to.throw(message);
      expect(() => binding.deleteTensor(id)).to.throw(message);
      expect(() => binding.executeOp('Relu', [type('T', 1)], [id], 1)).to.throw(message);
    });

    it('for values that do not match the shape', () => {
      expect(() => binding.createTensor([2, 3], DType.float32, new Float32Array(5))).to.throw(
        'a tensor of float32[2,3] needs 6 values. Received: 5',
      );
    });

    it('for a folder without a SavedModel', () => {
      expect(() => binding.loadSavedModel('/nowhere', 'serve')).to.throw(
        /could not load the SavedModel \/nowhere \(serve\): .*\(NOT_FOUND\)/s,
      );
      expect(binding.getNumOfSavedModels()).to.equal(0);
    });
  });

  it('leaks no handle and no memory in 10,000 operations, including failing ones and strings', () => {
    const long = new Uint8Array(50_000).fill(65);
    const round = () => {
      tf.tidy(() => {
        const x = tf.ones([64, 64, 16]);
        tf.matMul(x.reshape([64, 1024]), x.reshape([1024, 64]))
          .relu()
          .sum();
        tf.concat([x, x]).slice([0, 0, 0], [1, 1, 1]).dataSync();
      });
      expect(() => binding.executeOp('NoSuchOperation', [], [], 1)).to.throw();
      const text = binding.createTensor([2], DType.string, [long, long] as never);
      binding.tensorDataSync(text);
      binding.deleteTensor(text);
    };
    for (let i = 0; i < 200; i++) round();
    const handles = binding.getNumOfTensors();
    const tensors = tf.memory().numTensors;
    globalThis.gc?.();
    const resident = process.memoryUsage.rss();
    // A round has seven operations and a string tensor of 100 kB. A leak of one of them would be 120 MB.
    for (let i = 0; i < 1500; i++) round();
    globalThis.gc?.();
    expect(binding.getNumOfTensors()).to.equal(handles);
    expect(tf.memory().numTensors).to.equal(tensors);
    expect((process.memoryUsage.rss() - resident) / 2 ** 20, 'MiB gained').to.be.below(60);
  });
});

describe('the check of the engine', () => {
  const engine = useEngine();

  it('finds no difference to plain JavaScript in operations and gradients', async () => {
    const { checkEngine } = await import('../../src/engine/check.ts');
    const { rows, gflops, passed } = await checkEngine(engine(), []);
    expect(passed, JSON.stringify(rows)).to.equal(true);
    expect(rows.length).to.be.at.least(12);
    expect(gflops.float32).to.be.above(1);
    const precisions = new Set(rows.map(({ precision }) => precision));
    expect(precisions.has('bfloat16')).to.equal(detectProcessor().bfloat16);
  });
});
