import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const script = fileURLToPath(new URL('slurm-node.sh', import.meta.url));

/** What Debian has in slurm-wlm and munge. */
const PROGRAMS = ['sbatch', 'slurmctld', 'slurmd', 'munged'];

/** Programs of Slurm that this machine has not. */
export async function missingPrograms(): Promise<string[]> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  const isThere = (program: string) =>
    Promise.any(folders.map((folder) => access(join(folder, program)))).then(
      () => true,
      () => false,
    );
  const found = await Promise.all(PROGRAMS.map(isThere));
  return PROGRAMS.filter((_, i) => !found[i]);
}

/** A real Slurm of one node with two CPUs, in a folder of its own; its partitions are `batch` and `urgent`. */
export class SlurmNode {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What programs need that are to reach it. */
  get env() {
    return { SLURM_CONF: join(this.#folder, 'slurm.conf') };
  }

  async start(): Promise<void> {
    await execa(script, ['start', this.#folder]);
  }

  async stop(): Promise<void> {
    await execa(script, ['stop', this.#folder]);
  }

  /** What one of Slurm's commands says. */
  async ask(command: string, ...args: string[]): Promise<string> {
    return (await execa(command, args, { env: this.env })).stdout;
  }
}
