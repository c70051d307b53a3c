import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeStamp } from '../../src/run-folder/run-folder.ts';

const FIRST = Date.UTC(2026, 0, 31, 12);

/** Writes the files of a finished run that tables of runs read. @returns the run's name */
export function makeRun(
  runs: string,
  i: number,
  { experiment = 'made', accuracy = 0.5 + (i % 50) / 100, dropout = (i % 4) / 10 } = {},
): string {
  const started = new Date(FIRST + i * 1000);
  const name = `${experiment}/${timeStamp(started)}-${i.toString(16).padStart(10, '0')}`;
  mkdirSync(join(runs, name), { recursive: true });
  const status = { state: 'finished', started: started.toISOString(), ended: null, error: null };
  const files = {
    'status.json': JSON.stringify(status),
    'summary.json': JSON.stringify({
      validation: { loss: 1 - accuracy, accuracy },
      images: { train: 40, validation: 10, broken: 0 },
      phases: [],
    }),
    'resolved.yaml': `name: ${experiment}\nseed: ${i}\ndata: { dataset: digits, preprocess: scale }\nvars: { dropout: ${dropout} }\nphases:\n  - { name: all, epochs: 2 }\n`,
    'metrics.csv': metricsCsv(2),
    'environment.json': JSON.stringify({ cifarRun: '0.1.0', dataHash: 'd1' }),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(runs, name, file), text);
  return name;
}

/** The text of a metrics.csv. */
export function metricsCsv(epochs: number): string {
  const head =
    'phase,phase_epoch,epoch,step,learning_rate,loss,accuracy,val_loss,val_accuracy,seconds,images_per_second';
  const rows = Array.from({ length: epochs }, (_, i) => {
    return `all,${i + 1},${i + 1},${(i + 1) * 9},0.001,${1 / (i + 1)},0.5,${1 / (i + 1)},0.5,2.5,9`;
  });
  return `${[head, ...rows].join('\n')}\n`;
}
