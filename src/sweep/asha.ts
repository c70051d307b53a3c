import type { AshaConfig } from '../experiment/experiment.ts';
import { formatMetric, isBetter } from '../experiment/metrics.ts';
import { readMetricsCsv } from '../run-folder/metrics-csv.ts';
import { listRuns } from '../runs/places.ts';
import type { TrainingCallback } from '../train/callbacks.ts';
import { monitored } from '../train/monitor.ts';

/*
 * Asynchronous successive halving in the variant that stops runs (Li et al. 2020, "A System for Massively Parallel
 * Hyperparameter Tuning"; as in Ray Tune and Syne Tune): at each rung, a run is compared with the runs that have reached
 * the rung so far. No run waits for another.
 */

export interface Competition {
  readonly config: AshaConfig;
  /** The ids of the other runs of the sweep. */
  readonly rivals: readonly string[];
  /** Folder of all runs. */
  readonly runs: string;
  /** The epochs of the run over all phases. */
  readonly epochs: number;
}

/**
 * Stops a run that falls behind its rivals. The metrics of the rivals come from their metrics.csv, so running, finished
 * and resumed runs on any machine count alike.
 */
export function ashaCallback({ config, rivals, runs, epochs }: Competition): TrainingCallback {
  const rungEpochs = new Set(rungs(config, epochs));
  return {
    async epochEnd(record) {
      if (!rungEpochs.has(record.epoch)) return null;
      const { name } = config.metric;
      const value = monitored(record, name);
      const others = await valuesAt(record.epoch);
      if (continues(config, value, others)) return null;
      return `stopped by asha at epoch ${record.epoch}: ${name} ${formatMetric(name, value)} is not in the best 1/${config.eta} of ${others.length + 1} runs`;
    },
  };

  async function valuesAt(epoch: number): Promise<number[]> {
    const places = (await listRuns(runs)).filter(({ id }) => rivals.includes(id));
    // If a run was started several times, the last one counts.
    const latest = new Map(places.map(({ id, path }) => [id, path]));
    const values = [...latest.values()].map(async (path) => {
      const rows = await readMetricsCsv(path);
      const row = rows.find((each) => each.epoch === epoch);
      return row ? [monitored(row, config.metric.name)] : [];
    });
    return (await Promise.all(values)).flat();
  }
}

/** The epochs of the rungs: `minEpochs` times the powers of `eta`, before the last epoch. */
export function rungs({ minEpochs, eta }: AshaConfig, epochs: number): number[] {
  const found: number[] = [];
  for (let rung = minEpochs; rung < epochs; rung *= eta) found.push(rung);
  return found;
}

/**
 * Tells if a run continues after a rung: it must be among the best `1 / eta` of all runs at the rung, or the best of
 * fewer than `eta`. A run whose value is NaN never continues.
 * @param others values of the other runs at the rung.
 */
export function continues(
  { metric, eta }: AshaConfig,
  value: number,
  others: readonly number[],
): boolean {
  if (Number.isNaN(value)) return false;
  const better = others.filter((other) => isBetter(metric.goal, other, value)).length;
  return better < Math.max(1, Math.floor((others.length + 1) / eta));
}
