import { plainProgress } from './plain.ts';
import type { Progress } from './progress.ts';

/** A live display where a person watches, plain lines elsewhere. */
export async function chooseProgress(): Promise<Progress> {
  if (process.stdout.isTTY && !process.env.CI) {
    const { terminalProgress } = await import('./terminal.ts');
    return terminalProgress;
  }
  return plainProgress((line) => process.stdout.write(`${line}\n`));
}
