import type { OptimizerConfig, ScheduleConfig } from '../../src/experiment/experiment.ts';
import { withDefaults } from '../../src/experiment/schema.ts';

/** Fills an optimizer and its schedule with the schema's defaults. */
export function optimizerConfig(
  given: Partial<OptimizerConfig> & Pick<OptimizerConfig, 'name'>,
): OptimizerConfig {
  const { name, learningRate, weightDecay, clipNorm, globalClipNorm, clipValue, ...args } =
    withDefaults(given.name, { name: given.name }) as unknown as Omit<OptimizerConfig, 'args'> &
      OptimizerConfig['args'];
  const config = { learningRate, weightDecay, clipNorm, globalClipNorm, clipValue, ...given };
  return {
    ...config,
    learningRate: scheduleConfig(config.learningRate),
    args: { ...args, ...given.args },
  };
}

/** Fills a schedule with the schema's defaults. */
export function scheduleConfig<Rate extends number | ScheduleConfig>(rate: Rate): Rate {
  if (typeof rate === 'number') return rate;
  const { schedule, args, warmup } = rate;
  const filled = withDefaults(`${schedule}Schedule`, { schedule, ...args });
  const { schedule: _, warmup: __, ...all } = filled as ScheduleConfig['args'];
  return { schedule, args: all, warmup } as unknown as Rate;
}
