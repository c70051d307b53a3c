import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program in a process of its own, as a person would; never throws. */
export async function cifarRun(args: readonly string[], cwd = process.cwd()): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...args], {
    reject: false,
    cwd,
  });
  return { exitCode, stdout, stderr };
}
