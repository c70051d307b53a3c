import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The built program. */
export const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a process of its own, as a person would; never throws. */
export async function cifarRun(
  args: readonly string[],
  cwd = process.cwd(),
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...args], {
    reject: false,
    cwd,
    env,
  });
  return { exitCode, stdout, stderr };
}

/** URLs of the modules that the built program loads for these arguments, a line each. */
export async function modulesLoaded(args: readonly string[], cwd: string): Promise<string> {
  const hook = `
    import { register } from 'node:module';
    const source = 'export const resolve = async (name, context, next) => {' +
      'const found = await next(name, context); process._rawDebug(found.url); return found; }';
    register('data:text/javascript,' + encodeURIComponent(source));`;
  const importHook = `data:text/javascript,${encodeURIComponent(hook)}`;
  const { stderr } = await execa(process.execPath, ['--import', importHook, cli, ...args], { cwd });
  return stderr;
}
