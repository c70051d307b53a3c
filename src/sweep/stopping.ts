import { join } from 'node:path';
import type { AshaConfig } from '../plan/sweep.ts';
import { readMetricsCsv } from '../record/metrics-csv.ts';
import { runPlaces } from '../runs/places.ts';
import type { TrainingCallback } from '../train/callbacks.ts';
import { monitored } from '../train/monitor.ts';
import { goesOn, rungs } from './asha.ts';

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
