import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { bundle } from '../esbuild.options.ts';
import type { Answer, Task } from './task.ts';
import { python } from './venv.ts';

export const contestants = ['cifar-run', 'keras', 'torch'] as const;
export type ContestantName = (typeof contestants)[number];

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Commands of all, installed and built. */
export async function contestantCommands() {
  const outdir = file('.built');
  await build({ ...bundle, entryPoints: [file('own/contestant.ts')], outdir });
  const peer = await python();
  return {
    'cifar-run': [process.execPath, `${outdir}/contestant.js`],
    keras: [peer, file('peers/keras_peer.py')],
    torch: [peer, file('peers/torch_peer.py')],
  } satisfies Record<ContestantName, readonly string[]>;
}

export type Commands = Awaited<ReturnType<typeof contestantCommands>>;

/** A process that does a task whenever it is told to, and so can take turns with others. */
export class Contestant {
  readonly name: ContestantName;
  /** Until it was ready. */
  startSeconds = 0;
  /** The way that it takes. */
  variant = '';
  readonly #lines: AsyncIterator<string>;
  readonly #say: (line: string) => void;
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
    this.#say = (line) => child.stdin.write(line);
    this.#end = () => {
      child.stdin.end();
      return child;
    };
  }

  /** Started and ready to be measured. */
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
    this.#say(`${amount}\n`);
    return this.#answer();
  }

  end(): Promise<unknown> {
    return this.#end();
  }

  async #answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended before it was measured; what it said is above`);
    return JSON.parse(value);
  }
}
