import { expect } from 'chai';
import type { Experiment, PhaseConfig, ScheduleConfig } from '../../src/experiment/experiment.ts';
import { halveBatch } from '../../src/plan/halve-batch.ts';
import { createSchedule } from '../../src/train/schedules.ts';
import { optimizerConfig } from '../train/defaults.ts';
import { phase } from '../train/fixture.ts';

const experiment = (phases: PhaseConfig[]) => ({ phases }) as unknown as Experiment;
const scheduled = (schedule: object): PhaseConfig['optimizer'] =>
  optimizerConfig({
    name: 'sgd',
    learningRate: { warmup: null, ...schedule } as ScheduleConfig,
  });

describe('halving the batch size', () => {
  const halved = (change: Partial<PhaseConfig>): PhaseConfig | undefined =>
    halveBatch(experiment([phase(change)]))?.phases[0];

  it('keeps the number of images per update', () => {
    const own = halved({ batchSize: 32, gradientAccumulation: 3 });
    expect([own?.batchSize, own?.gradientAccumulation]).to.deep.equal([16, 6]);
    expect(halved({ batchSize: 5, gradientAccumulation: 1 })?.batchSize).to.equal(3);
  });

  it('is impossible for a batch of one image', () => {
    expect(halveBatch(experiment([phase({ batchSize: 1 })]))).to.equal(null);
    const two = halveBatch(
      experiment([phase({ batchSize: 1 }), phase({ batchSize: 2, gradientAccumulation: 1 })]),
    ) as Experiment;
    expect(two.phases.map(({ batchSize }) => batchSize)).to.deep.equal([1, 1]);
    expect(two.phases.map((each) => each.gradientAccumulation)).to.deep.equal([1, 2]);
  });

  it('keeps the learning rate of each update, also with schedules', () => {
    for (const schedule of [
      { schedule: 'piecewise', args: { boundaries: [9, 20], values: [0.3, 0.2, 0.1] } },
      { schedule: 'cosine', args: { initialLearningRate: 0.1, decaySteps: null } },
      {
        schedule: 'exponential',
        args: { initialLearningRate: 0.1, decayRate: 0.5, decaySteps: 7 },
      },
      {
        schedule: 'constant',
        args: { initialLearningRate: 0.1 },
        warmup: { steps: 10, from: 0.01 },
      },
    ]) {
      const optimizer = scheduled(schedule);
      const half = halved({ batchSize: 8, optimizer })?.optimizer as PhaseConfig['optimizer'];
      const whole = createSchedule(optimizer.learningRate, 30);
      const halves = createSchedule(half.learningRate, 60);
      for (let step = 0; step < 30; step++) {
        expect(halves(2 * step), schedule.schedule).to.be.closeTo(whole(step), 1e-12);
      }
    }
  });
});
