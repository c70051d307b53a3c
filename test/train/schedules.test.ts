import { expect } from 'chai';
import type { ScheduleConfig } from '../../src/experiment/experiment.ts';
import { createSchedule } from '../../src/train/schedules.ts';
import { scheduleConfig } from './defaults.ts';
import { reference } from './reference.ts';

const config = (
  schedule: ScheduleConfig['schedule'],
  args: ScheduleConfig['args'],
  warmup: ScheduleConfig['warmup'] = null,
): ScheduleConfig => scheduleConfig({ schedule, args, warmup });

const first = { initialLearningRate: 0.1 };

const cases: Readonly<Record<string, ScheduleConfig>> = {
  cosine: config('cosine', { ...first, decaySteps: 10, alpha: 0.1 }),
  'cosine warmup': config('cosine', { ...first, decaySteps: 8 }, { steps: 4, from: 0.01 }),
  exponential: config('exponential', { ...first, decaySteps: 4, decayRate: 0.5 }),
  'exponential staircase': config('exponential', {
    ...first,
    decaySteps: 4,
    decayRate: 0.5,
    staircase: true,
  }),
  piecewise: config('piecewise', { boundaries: [3, 7], values: [0.1, 0.05, 0.01] }),
  polynomial: config('polynomial', { ...first, decaySteps: 5, endLearningRate: 0.01, power: 2 }),
  'polynomial cycle': config('polynomial', {
    ...first,
    decaySteps: 5,
    endLearningRate: 0.01,
    cycle: true,
  }),
};

describe('schedules', () => {
  for (const [name, wanted] of Object.entries(reference.schedules)) {
    it(`follows Keras: ${name}`, () => {
      const schedule = createSchedule(cases[name] as ScheduleConfig, 100);
      wanted.forEach((rate, step) => {
        expect(schedule(step), `step ${step}`).to.be.closeTo(rate, 1e-7);
      });
    });
  }

  it('decays over the phase after the warmup, if decaySteps is null', () => {
    const schedule = createSchedule(config('cosine', first, { steps: 5, from: 0 }), 25);
    expect(schedule(0)).to.equal(0);
    expect(schedule(5)).to.equal(0.1);
    expect(schedule(15)).to.be.closeTo(0.05, 1e-12);
    expect(schedule(25)).to.be.closeTo(0, 1e-12);
  });

  it('warms up to a constant rate', () => {
    const schedule = createSchedule(config('constant', first, { steps: 4, from: 0.02 }), 10);
    expect([0, 1, 4, 9].map(schedule)).to.deep.equal([0.02, 0.04, 0.1, 0.1]);
  });

  it('follows one cycle of PyTorch', () => {
    // torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10)
    const schedule = createSchedule(config('oneCycle', { maxLearningRate: 0.1 }), 10);
    expect(schedule(0)).to.be.closeTo(0.004, 1e-12);
    expect(schedule(1)).to.be.closeTo(0.052, 1e-12);
    expect(schedule(2)).to.be.closeTo(0.1, 1e-12);
    expect(schedule(9)).to.be.closeTo(4e-7, 1e-12);
    const fourOfSeven = 4e-7 + ((0.1 - 4e-7) / 2) * (1 + Math.cos((Math.PI * 4) / 7));
    expect(schedule(6)).to.be.closeTo(fourOfSeven, 1e-12);
  });

  it('is finite in a cycle of any length', () => {
    for (let steps = 1; steps < 12; steps += 1) {
      const schedule = createSchedule(config('oneCycle', { maxLearningRate: 0.1 }), steps);
      for (let step = 0; step < steps; step += 1) expect(schedule(step)).to.be.within(0, 0.1);
    }
  });

  it('refuses piecewise values that do not match the boundaries', () => {
    const wrong = config('piecewise', { boundaries: [3, 7], values: [0.1, 0.05] });
    expect(() => createSchedule(wrong, 10)).to.throw('Received: 2 values, 2 boundaries');
  });
});
