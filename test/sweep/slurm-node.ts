import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const script = fileURLToPath(new URL('slurm-node.sh', import.meta.url));

/** A real Slurm of one node with two CPUs. Its partitions are `batch` and `urgent`. */
export class SlurmNode {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The environment of programs that use this Slurm. */
  get env() {
    return { SLURM_CONF: join(this.#folder, 'slurm.conf') };
  }

  async start(): Promise<void> {
    await execa(script, ['start', this.#folder]);
  }

  async stop(): Promise<void> {
    await execa(script, ['stop', this.#folder]);
  }

  /** Runs a command of Slurm, and returns its output. */
  async run(command: string, ...args: string[]): Promise<string> {
    return (await execa(command, args, { env: this.env })).stdout;
  }
}
