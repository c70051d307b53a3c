import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunError } from '../common/errors.ts';
import { writeAtomic } from '../common/files.ts';

const SECOND_MS = 1000;

export interface RunName {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** The experiment's name. */
  readonly name: string;
  /** Hash of what determines the result. */
  readonly id: string;
}

/** The folder of one run; everything in it is written whole or not at all. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes `<runs>/<name>/<UTC time>-<id>`. A second run of the same id within a second takes the next
   * second's name: two runs never share a folder.
   * @throws RunError when it cannot be made, such as on a disk that is full or read-only.
   */
  static async create({ runs, name, id }: RunName, now = new Date()): Promise<RunFolder> {
    const experiment = await experimentFolder(runs, name);
    for (let time = now.getTime(); ; time += SECOND_MS) {
      const path = join(experiment, `${timeStamp(new Date(time))}-${id}`);
      if (await makeNew(path)) return new RunFolder(path);
    }
  }

  /**
   * Sees that runs can be written, before anything is loaded for one.
   * @throws RunError when they cannot.
   */
  static async prepare({ runs, name }: Pick<RunName, 'runs' | 'name'>): Promise<void> {
    const experiment = await experimentFolder(runs, name);
    const trial = await mkdtemp(join(experiment, '.trial-')).catch((error) => {
      throw cannotMake(experiment, error);
    });
    await rmdir(trial);
  }

  /** Where a file of the run is, or will be. */
  file(name: string): string {
    return join(this.path, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeAtomic(this.file(name), content);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await this.write(name, `${JSON.stringify(value, null, 2)}\n`);
  }
}

/** UTC to the second, such as every file system takes in a name: `2026-01-31T12-05-09Z`. */
export function timeStamp(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
}

/** False if there is such a folder already. */
async function makeNew(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotMake(path, error as Error);
  }
}

async function experimentFolder(runs: string, name: string): Promise<string> {
  const folder = join(runs, name);
  await mkdir(runs, { recursive: true }).catch((error) => {
    throw cannotMake(runs, error);
  });
  // Not with `runs` at once: of a disk that is read-only Node then says ENOENT.
  await makeNew(folder);
  return folder;
}

function cannotMake(folder: string, cause: Error): RunError {
  return new RunError(
    `cannot make the folder ${folder}: ${cause.message}. --runs takes a folder that can be written`,
    { cause },
  );
}
