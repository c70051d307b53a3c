import { join } from 'node:path';
import type { AshaConfig } from '../plan/sweep.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { runPlaces } from '../runs/places.ts';
import type { TrainingCallback } from '../train/callbacks.ts';
import { monitored } from '../train/monitor.ts';

export interface Competition {
  readonly config: AshaConfig;
  /** Identities of the other runs. */
  readonly rivals: readonly string[];
  /** Folder that holds all runs. */
  readonly runs: string;
  /** That the run has, over all phases. */
  readonly epochs: number;
}

/**
 * Ends a run that falls behind its rivals. What they have reached is read from their metrics.csv, so that it
 * is the same for runs that go on, that have ended, and of a sweep that was begun again, on whatever machine.
 */
export function stopping({ config, rivals, runs, epochs }: Competition): TrainingCallback {
  const judgedAfter = new Set(rungs(config, epochs));
  return {
    async epochEnd(record) {
      if (!judgedAfter.has(record.epoch)) return null;
      const { name } = config.metric;
      const value = monitored(record, name);
      const others = await valuesAt(record.epoch);
      if (goesOn(config, value, others)) return null;
      return `stopped early by asha at epoch ${record.epoch}: with ${name} ${value} it is not among the best of ${others.length + 1} runs, one of ${config.eta}`;
    },
  };

  async function valuesAt(epoch: number): Promise<number[]> {
    const places = (await runPlaces(runs)).filter(({ id }) => rivals.includes(id));
    // Of a run that was begun more than once, the last time.
    const latest = new Map(places.map(({ id, path }) => [id, path]));
    const values = [...latest.values()].map(async (path) => {
      const record = (await readMetricsCsv(join(path, 'metrics.csv'))).find(
        (each) => each.epoch === epoch,
      );
      return record ? [monitored(record, config.metric.name)] : [];
    });
    return (await Promise.all(values)).flat();
  }
}

/**
 * Asynchronous successive halving in the variant that stops runs (Li et al. 2020, "A System for Massively
 * Parallel Hyperparameter Tuning"; as Ray Tune and Syne Tune do it): at each rung a run is judged by those
 * that have been there so far, and waits for no other.
 */

/** Epochs after which runs are judged: `minEpochs` times the powers of `eta`, before the last epoch. */
export function rungs({ minEpochs, eta }: AshaConfig, epochs: number): number[] {
  const found: number[] = [];
  for (let rung = minEpochs; rung < epochs; rung *= eta) found.push(rung);
  return found;
}

/**
 * Whether a run goes on from a rung: if it is among the best `1 / eta` of all that have been there, or the
 * best of fewer than `eta`. A value that is no number never is.
 * @param others values of the other runs at the rung.
 */
export function goesOn(
  { metric, eta }: AshaConfig,
  value: number,
  others: readonly number[],
): boolean {
  if (Number.isNaN(value)) return false;
  const sign = metric.goal === 'minimize' ? 1 : -1;
  const better = others.filter((other) => sign * other < sign * value).length;
  return better < Math.max(1, Math.floor((others.length + 1) / eta));
}
