import { formatMetric, MAIN_COLUMNS, parseColumn } from '../experiment/metrics.ts';
import type { RunResult } from '../run-folder/finished-run.ts';
import { runName } from '../run-folder/run-folder.ts';
import { commandLine } from '../runs/places.ts';

/** Prints the metrics and the folder of a run that has ended, and commands that use it. */
export function printRun({ folder, metrics }: RunResult, runs: string): void {
  const validation = Object.keys(metrics).filter(
    (name) => parseColumn(name).split === 'validation',
  );
  const main = validation.filter((name) => MAIN_COLUMNS.includes(name));
  const shown = (main.length > 1 ? main : validation).map(
    (name) => `${name} ${formatMetric(name, metrics[name] ?? null)}`,
  );
  process.stdout.write(`${shown.join(', ')}\n`);
  printFolder(folder, [
    commandLine(['report', runName(folder)], runs),
    commandLine(['export', runName(folder), 'my-model'], runs),
  ]);
}

/** Prints a folder; on a terminal, with commands that use it. In a pipe, the folder is the last line, for scripts. */
export function printFolder(folder: string, next: readonly string[]): void {
  const hints = process.stdout.isTTY ? ['next:', ...next.map((line) => `  ${line}`)] : [];
  process.stdout.write(`${[folder, ...hints].join('\n')}\n`);
}
