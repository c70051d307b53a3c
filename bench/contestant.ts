import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { bundle, tfjsBundle } from '../esbuild.options.ts';
import type { Answer, Task } from './task.ts';
import { python } from './venv.ts';

export const contestants = ['cifar-run', 'keras', 'torch'] as const;
export type ContestantName = (typeof contestants)[number];

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The command of each contestant. Installs the peers and builds cifar-run first. */
export async function contestantCommands() {
  const outdir = file('.built');
  await build({ ...tfjsBundle, outdir: file('../dist') });
  await build({ ...bundle, entryPoints: [file('own/contestant.ts')], outdir });
  const peer = await python();
  return {
    'cifar-run': [process.execPath, `${outdir}/contestant.js`],
    keras: [peer, file('peers/keras_peer.py')],
    torch: [peer, file('peers/torch_peer.py')],
  } satisfies Record<ContestantName, readonly string[]>;
}

export type Commands = Awaited<ReturnType<typeof contestantCommands>>;

/** A process that does a task on request, so that contestants can take turns. */
export class Contestant {
  readonly name: ContestantName;
  /** Seconds from the start of the process until it was ready. */
  startSeconds = 0;
  /** The variant of the library that does the work, e.g. `torch.compile`. */
  variant = '';
  readonly #lines: AsyncIterator<string>;
  readonly #write: (line: string) => void;
  readonly #end: () => Promise<unknown>;

  private constructor(name: ContestantName, command: readonly string[], task: Task) {
    this.name = name;
    const [program = '', ...args] = command;
    const threads = `${task.threads}`;
    const child = execa(program, [...args, JSON.stringify(task)], {
      stderr: 'inherit',
      buffer: false,
      reject: false,
      env: { OMP_NUM_THREADS: threads },
    });
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#write = (line) => child.stdin.write(line);
    this.#end = () => {
      child.stdin.end();
      return child;
    };
  }

  /** Starts a contestant and waits until it is ready. */
  static async start(
    name: ContestantName,
    command: readonly string[],
    task: Task,
  ): Promise<Contestant> {
    const begin = performance.now();
    const contestant = new Contestant(name, command, task);
    contestant.variant = (await contestant.#answer()).variant;
    contestant.startSeconds = (performance.now() - begin) / 1000;
    return contestant;
  }

  async run(amount: number): Promise<Answer> {
    this.#write(`${amount}\n`);
    return this.#answer();
  }

  end(): Promise<unknown> {
    return this.#end();
  }

  async #answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended without an answer; its error output is above`);
    return JSON.parse(value);
  }
}
