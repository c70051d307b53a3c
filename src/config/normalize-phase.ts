import { withDefaults } from './defaults.ts';
import type { OptimizerConfig, PhaseConfig, ScheduleConfig } from './experiment.ts';
import type { Optimizer, Phase, Schedule } from './file-types.ts';

export function normalizePhase(phase: Phase): PhaseConfig {
  const { earlyStopping, reduceOnPlateau, ema, ...rest } = withDefaults('phase', phase);
  return {
    ...rest,
    optimizer: normalizeOptimizer(rest.optimizer),
    earlyStopping: earlyStopping && withGoal(withDefaults('earlyStopping', earlyStopping)),
    reduceOnPlateau: reduceOnPlateau && withGoal(withDefaults('reduceOnPlateau', reduceOnPlateau)),
    ema: typeof ema === 'number' ? { momentum: ema } : ema && withDefaults('ema', ema),
  };
}

type Goal = 'minimize' | 'maximize';

function withGoal<Watching extends { monitor: string; goal?: Goal }>(
  watching: Watching,
): Watching & { goal: Goal } {
  return { ...watching, goal: watching.goal ?? goalOf(watching.monitor) };
}

/** Less is better of losses and errors, more of all else. */
export function goalOf(monitor: string): Goal {
  return /^(val_)?(loss|mse)$/.test(monitor) ? 'minimize' : 'maximize';
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
