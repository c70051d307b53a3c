import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { explain, InputError, isOutOfMemory, RunError } from '../../src/common/errors.ts';
import { TensorFlowError } from '../../src/engine/tensorflow/context.ts';

const caught = (fails: () => unknown): Error => {
  try {
    fails();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};

describe('errors of the machine', () => {
  it('of memory name a remedy', () => {
    const allocation = caught(() => new ArrayBuffer(2 ** 52));
    const tensorflow = new TensorFlowError('RESOURCE_EXHAUSTED', 'OOM when allocating');
    for (const error of [allocation, tensorflow]) {
      expect(isOutOfMemory(error)).to.equal(true);
      expect(explain(error)).to.be.instanceOf(RunError);
      expect((explain(error) as Error).message).to.match(/^out of memory; use a smaller batchSize/);
    }
  });

  it('of files are sentences', async () => {
    const missing = await readFile('/none/at/all').catch((error: Error) => error);
    expect(explain(missing)).to.be.instanceOf(RunError);
    const many = Object.assign(new Error('EMFILE: open'), { code: 'EMFILE', syscall: 'open' });
    expect((explain(many) as Error).message).to.match(/^too many open files; raise the limit/);
  });

  it('are told from bugs, and from errors that are sentences already', () => {
    const bug = caught(() => (undefined as unknown as { x: number }).x);
    const input = new InputError('wrong');
    expect(explain(bug)).to.equal(bug);
    expect(explain(input)).to.equal(input);
    expect(isOutOfMemory(new RangeError('Invalid array length'))).to.equal(false);
  });
});
