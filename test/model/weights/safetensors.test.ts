import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openWeights } from '../../../src/model/weights/open.ts';
import { type NamedTensor, writeSafetensors } from '../../../src/model/weights/safetensors.ts';
import { expectedWeights, fixture } from './fixtures.ts';

describe('safetensors', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    path = join(folder, 'weights.safetensors');
  });
  after(() => rm(folder, { recursive: true }));

  it('are written byte for byte as by the Python library', async () => {
    const tensors = Object.entries(expectedWeights('keras2-network')).flatMap(([layer, weights]) =>
      Object.entries(weights).map(([name, { shape, first }]): NamedTensor => {
        const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
        return { layer, name, shape, data: data.fill(first) };
      }),
    );
    await writeSafetensors(path, tensors.toReversed(), { 'made by': 'safetensors for Python' });
    const [actual, expected] = await Promise.all(
      [path, fixture('network.safetensors')].map((each) => readFile(each)),
    );
    expect(actual?.toString('latin1')).to.equal(expected?.toString('latin1'));
  });

  it('are read as they were written', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            layer: fc.stringMatching(/^[a-z][a-z0-9_.-]*$/),
            name: fc.constantFrom('kernel', 'bias', 'gamma'),
            data: fc.float32Array({ noNaN: true }),
          }),
          { selector: ({ layer, name }) => `${layer}/${name}` },
        ),
        async (weights) => {
          const tensors = weights.map((each) => ({ ...each, shape: [each.data.length] }));
          await writeSafetensors(path, tensors);
          const file = await openWeights(path);
          const read = await Promise.all(
            file.entries.map(async ({ layer, name, shape, read }) => {
              return { layer, name, shape, data: await read() };
            }),
          );
          await file.close();
          expect(read).to.have.deep.members(tensors);
        },
      ),
      { numRuns: 30 },
    ));
});
