import type { DiffView } from '../compare/diff-views.ts';
import { InputError } from '../errors.ts';
import { sweepNamed } from '../runs/compared.ts';
import { diffedRun } from '../runs/diffed.ts';
import { findRun } from '../runs/find.ts';
import { type Format, print } from './diff/print.ts';
import { runFindings } from './diff/runs.ts';
import { sweepFindings } from './diff/sweeps.ts';

export interface DiffOptions extends DiffView, Format {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** Of the changes of the models' metrics. */
  readonly failIf?: string;
}

/** Not an error, but what `--fail-if` asks for. */
const CONDITION_HOLDS = 3;

/**
 * `cifar-run diff A B`: what the second run, or sweep, has otherwise than the first, and whether it is
 * better. With `--fail-if` the exit code is 3 when the condition holds.
 * @throws InputError for what is no run, or a condition that makes no sense.
 */
export async function diffCommand(a: string, b: string, options: DiffOptions): Promise<void> {
  const findings = await findingsOf(a, b, options);
  process.stdout.write(`${print(findings, options)}\n`);
  if (!findings.holds) return;
  process.stderr.write(`it holds: ${options.failIf}\n`);
  process.exitCode = CONDITION_HOLDS;
}

async function findingsOf(a: string, b: string, options: DiffOptions) {
  const { runs } = options;
  const [first, second] = [await sweepNamed(a, runs), await sweepNamed(b, runs)];
  if (first && second) return sweepFindings(first, second, options);
  if (first || second) {
    const [sweep, run] = first ? [a, b] : [b, a];
    throw new InputError(
      `diff takes two runs or two sweeps. Received: the sweep ${sweep} and ${run}; name a run of the sweep, e.g. ${sweep}/best:val_accuracy`,
    );
  }
  return runFindings(
    await diffedRun(await findRun(a, runs)),
    await diffedRun(await findRun(b, runs)),
    options,
  );
}
