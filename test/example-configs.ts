import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type LoadedFile, loadExperiment } from '../src/load-experiment.ts';
import { runExperiment } from '../src/run-experiment.ts';
import { readMetricsCsv } from '../src/run-folder/metrics-csv.ts';
import { planned, quietly } from './planned-runs.ts';

/** The folder of the example experiments. */
export const configs = fileURLToPath(new URL('../configs/', import.meta.url));

export const configNames = readdirSync(configs).filter((name) => name.endsWith('.yaml'));

export function loadConfig(name: string, set: readonly string[] = []): Promise<LoadedFile> {
  return loadExperiment(join(configs, name), { set, setFile: [] });
}

/** Trains one epoch of each phase on 60 images, unless overridden. All recorded metrics must be numbers. */
export async function trainsBriefly(
  name: string,
  set: readonly string[],
  runs: string,
): Promise<void> {
  const { experiment } = await loadConfig(name, set);
  const epochs = experiment.phases.map((phase) => `phases.${phase.name}.epochs=1`);
  const short = await planned(join(configs, name), ['data.limit=60', ...set, ...epochs]);
  const { folder, metrics } = await runExperiment(short, quietly(runs));
  const recorded = await readMetricsCsv(folder);
  expect(recorded.map(({ phase }) => phase)).to.deep.equal(
    experiment.phases.map((phase) => phase.name),
  );
  for (const { train, validation } of recorded) {
    expect(Object.values({ ...train, ...validation }).every(Number.isFinite)).to.equal(true);
  }
  expect(metrics.val_loss).to.be.above(0);
}
