import { withDefaults } from './defaults.ts';
import type { OptimizerConfig, PhaseConfig, ScheduleConfig } from './experiment.ts';
import type { Optimizer, Phase, Schedule } from './file-types.ts';
import { goalOf } from './goal.ts';

export function normalizePhase(phase: Phase): PhaseConfig {
  const { optimizer, earlyStopping, reduceOnPlateau, ema, ...rest } = withDefaults('phase', phase);
  return {
    ...rest,
    optimizer: normalizeOptimizer(optimizer),
    earlyStopping: earlyStopping && withGoal('earlyStopping', earlyStopping),
    reduceOnPlateau: reduceOnPlateau && withGoal('reduceOnPlateau', reduceOnPlateau),
    ema: typeof ema === 'number' ? { momentum: ema } : ema && withDefaults('ema', ema),
  };
}

function withGoal<Watching extends { monitor?: string; goal?: ReturnType<typeof goalOf> }>(
  name: string,
  watching: Watching,
): Required<Watching> {
  const { monitor } = withDefaults<{ monitor?: string }>(name, watching);
  return withDefaults<Watching>(name, { goal: goalOf(monitor), ...watching });
}

function normalizeOptimizer(optimizer: Optimizer): OptimizerConfig {
  const written = typeof optimizer === 'string' ? { name: optimizer } : optimizer;
  const { name, learningRate, weightDecay, clipNorm, globalClipNorm, clipValue, ...args } =
    withDefaults(written.name, written as Exclude<Optimizer, string>);
  return {
    name,
    learningRate: typeof learningRate === 'number' ? learningRate : normalizeSchedule(learningRate),
    weightDecay,
    clipNorm,
    globalClipNorm,
    clipValue,
    args,
  };
}

function normalizeSchedule(written: Schedule): ScheduleConfig {
  const { schedule, warmup, ...args } = withDefaults(`${written.schedule}Schedule`, written);
  return {
    schedule,
    args,
    warmup:
      typeof warmup === 'number'
        ? { steps: warmup, from: 0 }
        : warmup && withDefaults('warmup', warmup),
  };
}
