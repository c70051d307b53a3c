import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { InputError } from '../common/errors.ts';
import { parseRunPath } from '../run-folder/run-folder.ts';
import { lockHolder } from '../run-folder/status.ts';
import { findRun } from '../runs/find.ts';

export interface RmOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly yes?: boolean;
}

/**
 * `cifar-run rm RUN…`: deletes the folders of runs after confirmation.
 * @throws InputError, with nothing deleted, if one of them cannot be deleted.
 */
export async function rmCommand(references: readonly string[], options: RmOptions): Promise<void> {
  const found = await Promise.all(references.map((name) => findRun(name, options.runs)));
  const folders = [...new Set(found)];
  for (const folder of folders) await requireDeletable(folder);
  if (!options.yes && !(await confirm(folders))) return;
  for (const folder of folders) {
    await rm(folder, { recursive: true });
    process.stdout.write(`deleted ${folder}\n`);
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

async function confirm(folders: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new InputError('there is no terminal to confirm; --yes deletes without confirmation');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${folders.join('\n')}\nDelete? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
