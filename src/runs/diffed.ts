import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse } from 'yaml';
import { classificationReport, confusionMatrix } from '../compare/classification.ts';
import type { Answers, DiffedRun } from '../compare/diff.ts';
import { flatSettings } from '../compare/settings.ts';
import type { Json } from '../config/experiment.ts';
import { goalOf } from '../config/goal.ts';
import { measures, readMetricsCsv } from '../record/metrics-csv.ts';
import { finalValidation } from './find.ts';

/** Of environment.json what can change a result; the rest tells of when and where. */
const TELLING = /^(cifarRun|node|engine|dataHash|weightHashes|machine\.cpu|gitCommit)/;

/** Reads of a run's folder what `diff` compares. */
export async function diffedRun(folder: string): Promise<DiffedRun> {
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => null);
  const resolved = await read('resolved.yaml');
  const environment = flatSettings(JSON.parse((await read('environment.json')) ?? '{}') as Json);
  const answers = await read('predictions.csv');
  const epochs = (await readMetricsCsv(join(folder, 'metrics.csv'))).map(measures);
  const curves = curvesOf(epochs);
  return {
    name: `${basename(dirname(folder))}/${basename(folder)}`,
    settings: flatSettings((parse(resolved ?? '') as Json) ?? {}),
    environment: Object.fromEntries(
      Object.entries(environment).filter(([name]) => TELLING.test(name)),
    ),
    metrics: { ...prefixed('model', await finalValidation(folder)), ...ends(curves) },
    curves,
    answers: answers === null ? null : answersOf(answers),
  };
}

function curvesOf(epochs: readonly Record<string, number>[]): Record<string, number[]> {
  const names = Object.keys(epochs[0] ?? {}).filter((name) => name.startsWith('val_'));
  return Object.fromEntries(
    names.map((name) => [name, epochs.map((epoch) => epoch[name] ?? Number.NaN)]),
  );
}

/** The best and the last value of each curve. */
function ends(curves: Record<string, readonly number[]>): Record<string, number> {
  const entries = Object.entries(curves).flatMap(([name, values]) => {
    const known = values.filter(Number.isFinite);
    const best = goalOf(name) === 'minimize' ? Math.min(...known) : Math.max(...known);
    const last = known.at(-1);
    return last === undefined
      ? []
      : [[`best ${name}`, best] as const, [`last ${name}`, last] as const];
  });
  return Object.fromEntries(entries);
}

function answersOf(csv: string): Answers {
  const [head = [], ...rows] = parseCsv(csv) as string[][];
  // After index, true, predicted and confidence, p_<class> each.
  const classNames = head.slice(4).map((name) => name.slice(2));
  const index = new Map(classNames.map((name, i) => [name, i]));
  const column = (name: string) => {
    const at = head.indexOf(name);
    return rows.map((row) => index.get(row[at] ?? '') ?? -1);
  };
  const [labels, predicted] = [column('true'), column('predicted')];
  const predictions = labels.map((label, i) => {
    return { index: i, label, predicted: predicted[i] ?? -1, confidence: 1 };
  });
  const confusion = confusionMatrix(predictions, classNames.length);
  return { classNames, labels, predicted, confusion, report: classificationReport(confusion) };
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]),
  );
}
