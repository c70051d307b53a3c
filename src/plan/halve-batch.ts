import type {
  Experiment,
  OptimizerConfig,
  PhaseConfig,
  ScheduleConfig,
} from '../experiment/experiment.ts';

/** Arguments of schedules that are counted in batches. */
const COUNTED = ['decaySteps', 'boundaries'];

/**
 * The same experiment with half the memory: each batch becomes two, whose gradients make one update as before. `null`
 * if a batch is already one image.
 */
export function halveBatch(experiment: Experiment): Experiment | null {
  if (experiment.phases.every(({ batchSize }) => batchSize === 1)) return null;
  return { ...experiment, phases: experiment.phases.map(halved) };
}

function halved(phase: PhaseConfig): PhaseConfig {
  if (phase.batchSize === 1) return phase;
  return {
    ...phase,
    batchSize: Math.ceil(phase.batchSize / 2),
    gradientAccumulation: 2 * phase.gradientAccumulation,
    optimizer: withTwiceTheSteps(phase.optimizer),
  };
}

function withTwiceTheSteps(optimizer: OptimizerConfig): OptimizerConfig {
  const { learningRate } = optimizer;
  if (typeof learningRate === 'number') return optimizer;
  const { args, warmup } = learningRate;
  const twice: ScheduleConfig = {
    ...learningRate,
    args: Object.fromEntries(
      Object.entries(args).map(([name, value]) => [
        name,
        COUNTED.includes(name) ? doubled(value) : value,
      ]),
    ),
    warmup: warmup && { ...warmup, steps: 2 * warmup.steps },
  };
  return { ...optimizer, learningRate: twice };
}

function doubled(steps: ScheduleConfig['args'][string]): ScheduleConfig['args'][string] {
  if (Array.isArray(steps)) return steps.map((step) => 2 * Number(step));
  return typeof steps === 'number' ? 2 * steps : steps;
}
