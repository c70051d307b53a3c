import { fileURLToPath } from 'node:url';
import { execa, type Result } from 'execa';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Runs the built program in a process of its own, as a person would; never throws. */
export function cifarRun(args: readonly string[], cwd?: string): Promise<Result> {
  return execa(process.execPath, [cli, ...args], { reject: false, ...(cwd ? { cwd } : {}) });
}
