import { expect } from 'chai';
import { CheckpointSchedule, RunCheckpoints } from '../../src/run-folder/run-checkpoints.ts';
import { epoch } from './epochs.ts';

describe('the schedule of checkpoints', () => {
  const times = (given: {
    everyEpochs?: number;
    everySteps?: number;
    everyMinutes?: number;
  }): CheckpointSchedule =>
    new CheckpointSchedule({
      everyEpochs: null,
      everySteps: null,
      everyMinutes: null,
      keep: true,
      ...given,
    });
  const due = (count: number, is: (n: number) => boolean) =>
    Array.from({ length: count }, (_, i) => i + 1).filter(is);

  it('has a checkpoint at every n-th epoch', () => {
    const every = times({ everyEpochs: 3 });
    expect(due(9, (n) => every.afterEpoch(n))).to.deep.equal([3, 6, 9]);
    expect(due(9, (n) => every.afterStep(n))).to.deep.equal([]);
  });

  it('has a checkpoint at every n-th step, across epochs', () => {
    const every = times({ everySteps: 4 });
    expect(due(9, (n) => every.afterStep(n))).to.deep.equal([4, 8]);
    expect(due(9, (n) => every.afterEpoch(n))).to.deep.equal([]);
  });

  it('has a checkpoint at the best epoch so far, whatever the file asks for', () => {
    const checkpoints = new RunCheckpoints({
      folder: 'not written',
      config: { everyEpochs: null, everySteps: 1000, everyMinutes: null, keep: true },
      log: { write: async () => {}, notify: async () => {} },
      history: () => ({ ended: [], current: null }),
      bestEpoch: () => epoch(2),
      metricsDigest: () => '',
    });
    expect(due(4, (n) => checkpoints.dueAfterEpoch(n))).to.deep.equal([2]);
  });

  it('has a checkpoint at the first step after n minutes', () => {
    expect(times({ everyMinutes: 1e-9 }).afterStep(1)).to.equal(true);
    expect(times({ everyMinutes: 1e9 }).afterStep(1)).to.equal(false);
  });
});
