import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { targets } from './targets/table.ts';

/* The process of one target: `worker.ts TARGET SEED CASES`. It reports before each case. */

export interface Progress {
  readonly cases: number;
  /** Cases that the program refused with a sentence. */
  readonly refused: number;
  /** Most resident memory. */
  readonly megabytes: number;
  /** The case that begins. */
  readonly input: string;
}

export interface Finding {
  readonly error: string;
  readonly input: string;
}

const [name, seed, cases] = process.argv.slice(2);
const found = targets.find((each) => each.name === name);
if (!found) throw new Error(`there is no target ${name}`);

const send = (message: Progress | Finding) =>
  new Promise<void>((resolve) => {
    process.send?.(message, () => resolve());
  });

const parent = await mkdtemp(join(tmpdir(), 'cifar-run-fuzz-'));
const folder = join(parent, 'own');
await mkdir(folder);
// The engine comes from the user's cache; what the cases download and compute goes into the folder.
const prepared = await found.prepare(folder);
process.env.CIFAR_RUN_CACHE = join(folder, 'cache');
let [count, refused] = [0, 0];

const property = fc.asyncProperty(prepared.cases, async (input) => {
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1e3);
  await send({ cases: count, refused, megabytes, input: fc.stringify(input) });
  count += 1;
  try {
    await prepared.run(input);
  } catch (error) {
    if (!(error instanceof Error) || !('exitCode' in error)) throw error;
    refused += 1;
  }
  const written = readdirSync(parent).filter((each) => each !== 'own');
  if (written.length > 0) throw new Error(`${written.join()} was written outside of the folder`);
});
const result = await fc.check(property, {
  examples: (prepared.found ?? []).map((each): [unknown] => [each]),
  seed: Number(seed),
  numRuns: Number(cases),
  // Minimizing takes cases too.
  endOnFailure: false,
  maxSkipsPerRun: 100,
  interruptAfterTimeLimit: 3_600_000,
});
if (result.failed) {
  const error =
    result.errorInstance instanceof Error
      ? (result.errorInstance.stack ?? '')
      : String(result.errorInstance);
  await send({ error, input: fc.stringify(result.counterexample?.[0]) });
}
const megabytes = Math.round(process.resourceUsage().maxRSS / 1e3);
await send({ cases: result.numRuns, refused, megabytes, input: '(all done)' });
await prepared.close?.();
await rm(parent, { recursive: true, force: true });
process.exit(0);
