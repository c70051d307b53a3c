import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// npm has started the tests, but not the program, which would print commands with npx.
delete process.env.npm_command;

/**
 * The arguments of Node that run the program: the built one, or its sources where coverage is measured, because the source
 * map of a bundle is too coarse for that.
 */
export const cli: readonly string[] = process.env.NODE_V8_COVERAGE
  ? ['--import', import.meta.resolve('tsx'), path('../src/cli.ts')]
  : [path('../dist/cli.js')];

// tsx looks for the settings of JSX in the current folder, which is often a temporary one.
if (process.env.NODE_V8_COVERAGE) process.env.TSX_TSCONFIG_PATH = path('../tsconfig.json');

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a process of its own. Does not throw if it fails. */
export async function cifarRun(
  args: readonly string[],
  cwd = process.cwd(),
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const options = { reject: false, cwd, env } as const;
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...cli, ...args], options);
  return { exitCode, stdout, stderr };
}

/** Starts the program, and collects the lines that it prints. */
export function startProgram(args: readonly string[], options: Pick<Options, 'cwd' | 'env'> = {}) {
  const lines: string[] = [];
  const waiting: { expected: RegExp; left: number; resolve: () => void }[] = [];
  // By default execa sends SIGKILL five seconds after SIGTERM, but a busy machine takes longer to save a checkpoint.
  const fixed = { reject: false, forceKillAfterDelay: false } as const;
  const program = execa(process.execPath, [...cli, ...args], { ...options, ...fixed });
  let rest = '';
  program.stdout.on('data', (text: Buffer) => {
    const complete = (rest + text).split('\n');
    rest = complete.pop() ?? '';
    for (const line of complete) {
      lines.push(line);
      for (const wait of waiting) if (wait.expected.test(line) && --wait.left === 0) wait.resolve();
    }
  });

  /** Waits until the program has printed a number of such lines from now on, or has ended. */
  async function until(expected: RegExp, count = 1): Promise<void> {
    const printed = new Promise<void>((resolve) => {
      waiting.push({ expected, left: count, resolve });
    });
    await Promise.race([printed, program]);
  }

  return { program, lines, until };
}

/** A process of `cifar-run ui`. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page of a folder of runs. */
export async function servePage(runs: string): Promise<ServedPage> {
  const { program, lines, until } = startProgram(['ui', '--runs', runs, '--port', '0']);
  await until(/http:/);
  return {
    url: /http:\S+/.exec(lines.join('\n'))?.[0] ?? '',
    async close() {
      program.kill('SIGINT');
      await program;
    },
  };
}

/** Returns the URLs of the modules that the built program loads, one per line. */
export async function loadedModules(args: readonly string[], cwd: string): Promise<string> {
  const hook = `
    import { register } from 'node:module';
    const source = 'export const resolve = async (name, context, next) => {' +
      'const found = await next(name, context); process._rawDebug(found.url); return found; }';
    register('data:text/javascript,' + encodeURIComponent(source));`;
  const importHook = `data:text/javascript,${encodeURIComponent(hook)}`;
  const built = path('../dist/cli.js');
  const { stderr } = await execa(process.execPath, ['--import', importHook, built, ...args], {
    cwd,
  });
  return stderr;
}
