import { rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { claimOwner } from '../cache/claim.ts';
import { InputError } from '../common/errors.ts';
import { remove } from '../common/files.ts';
import { countOf } from '../common/format.ts';
import { parseRunPath } from '../run-folder/run-folder.ts';
import { lockHolder } from '../run-folder/status.ts';
import { readSweep, SWEEP_FILES, SweepRecord } from '../run-folder/sweep-record.ts';
import { findExperimentFolder, writeSweepSummary } from '../runs/compared.ts';
import { findRun } from '../runs/find.ts';
import { listExperiments, listRuns } from '../runs/places.ts';
import { sweepClaim } from '../sweep/claims.ts';

export interface RmOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly yes?: boolean;
}

/** What a reference names: a run, or all runs of an experiment or a sweep. */
interface Target {
  readonly folder: string;
  /** Folders of runs. */
  readonly runs: readonly string[];
}

/**
 * `cifar-run rm RUN…`: deletes runs, experiments and sweeps after confirmation. The summaries of sweeps that had these
 * runs are written again.
 * @throws InputError, with nothing deleted, if one of them cannot be deleted.
 */
export async function rmCommand(references: readonly string[], options: RmOptions): Promise<void> {
  const targets = await Promise.all(references.map((each) => findTarget(each, options.runs)));
  const runs = [...new Set(targets.flatMap((target) => target.runs))];
  for (const run of runs) await requireDeletable(run);
  if (!options.yes && !(await confirm(targets))) return;
  for (const run of runs) await remove(run);
  for (const { folder } of targets) {
    if (!runs.includes(folder)) await removeEmptied(folder);
    process.stdout.write(`deleted ${folder}\n`);
  }
  for (const folder of new Set(runs.map((run) => dirname(dirname(run)))))
    await updateSweeps(folder);
}

async function findTarget(reference: string, runs: string): Promise<Target> {
  const folder = await findExperimentFolder(reference, runs);
  if (folder === null) {
    const run = await findRun(reference, runs);
    return { folder: run, runs: [run] };
  }
  const [parent, name] = [dirname(folder), basename(folder)];
  const own = await listRuns(parent, name);
  if (own.length === 0 && !(await readSweep(folder))) {
    throw new InputError(`there is no run in ${folder}, so it is not deleted`);
  }
  const owner = await claimOwner(sweepClaim(parent, name));
  if (owner) {
    throw new InputError(
      `the sweep ${name} is running, in process ${owner.pid} on ${owner.host}; stop it first`,
    );
  }
  return { folder, runs: own.map(({ path }) => path) };
}

/** Deletes the folder of an experiment, whose runs are deleted, unless other files are in it. */
async function removeEmptied(folder: string): Promise<void> {
  for (const name of SWEEP_FILES) await remove(join(folder, name));
  await rmdir(folder).catch(() => {});
}

/** Writes the summaries of the sweeps that had a deleted run. @param runs folder of all runs. */
async function updateSweeps(runs: string): Promise<void> {
  for (const name of await listExperiments(runs)) {
    const folder = join(runs, name);
    if (await SweepRecord.forgetDeleted(folder)) await writeSweepSummary(folder);
  }
}

async function requireDeletable(folder: string): Promise<void> {
  if (!parseRunPath(folder)) {
    throw new InputError(
      `${folder} does not have the name of a run's folder, so it is not deleted`,
    );
  }
  // The lock is readable even if the rest of the record is damaged.
  const holder = await lockHolder(folder);
  if (holder) {
    throw new InputError(
      `${folder} is running, in process ${holder.pid} on ${holder.host}; stop it first`,
    );
  }
}

async function confirm(targets: readonly Target[]): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new InputError('there is no terminal to confirm; --yes deletes without confirmation');
  }
  const lines = targets.map(({ folder, runs }) =>
    runs.includes(folder) ? folder : `${folder}: ${countOf(runs.length, 'run')}`,
  );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${lines.join('\n')}\nDelete? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
