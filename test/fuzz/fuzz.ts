import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { targets } from './targets/table.ts';
import type { Finding, Progress } from './worker.ts';

/*
 * Gives random input to the program and looks for what must never happen: an error without a sentence for the user, a
 * case that takes longer than ten seconds, more than 2 GB of memory, the end of the process, or a file outside the folder
 * of the case. Each target runs in a process of its own; after a finding it goes on with the next seed.
 *
 *   npm run fuzz -- [TARGET…] [--cases 3000] [--seed 1]
 */

const MAX_SILENCE_MS = 10_000;
const MAX_BYTES = 2 * 2 ** 30;
/** A target with so many findings is given up. */
const MAX_FINDINGS = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: '3000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const chosen = targets.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
const totalWeight = chosen.reduce((sum, { weight }) => sum + weight, 0);
const seed = Number(values.seed);

interface Outcome {
  readonly name: string;
  readonly cases: number;
  readonly refused: number;
  readonly seconds: number;
  readonly megabytes: number;
  readonly findings: readonly Finding[];
}

/** Runs a target until all its cases are done, with a new process after each end. */
async function fuzz(name: string, wanted: number): Promise<Outcome> {
  const findings: Finding[] = [];
  const start = Date.now();
  let [done, refused, megabytes] = [0, 0, 0];
  for (let round = 0; done < wanted && findings.length < MAX_FINDINGS; round++) {
    const last = await runWorker(name, seed + round, wanted - done);
    done += Math.max(1, last.progress.cases);
    refused += last.progress.refused;
    megabytes = Math.max(megabytes, last.progress.megabytes);
    if (last.finding) {
      findings.push(last.finding);
      process.stderr.write(
        `${name}, seed ${seed + round}: ${last.finding.error}\n${last.finding.input}\n\n`,
      );
    }
  }
  return { name, cases: done, refused, seconds: (Date.now() - start) / 1000, megabytes, findings };
}

interface WorkerEnd {
  readonly progress: Progress;
  readonly finding: Finding | null;
}

function runWorker(name: string, workerSeed: number, cases: number): Promise<WorkerEnd> {
  const worker = fork(
    new URL('worker.ts', import.meta.url),
    [name, String(workerSeed), String(cases)],
    {
      execArgv: [...process.execArgv, '--max-old-space-size=2048'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let progress: Progress = { cases: 0, refused: 0, megabytes: 0, input: '(none yet)' };
  let finding: Finding | null = null;
  let errors = '';
  worker.stderr?.on('data', (text: Buffer) => {
    errors = (errors + text).slice(-2000);
  });
  const fail = (error: string) => {
    finding ??= { error, input: progress.input };
    worker.kill('SIGKILL');
  };
  let silence = setTimeout(() => {}, 0);
  const expectSign = () => {
    clearTimeout(silence);
    silence = setTimeout(() => fail(`no sign for ${MAX_SILENCE_MS / 1000} s`), MAX_SILENCE_MS);
  };
  worker.on('message', (message: Progress | Finding) => {
    expectSign();
    if ('error' in message) finding ??= message;
    else {
      // The most memory before a case is that of the cases before it.
      if (message.megabytes * 1e6 > MAX_BYTES) fail(`${message.megabytes} MB of memory`);
      progress = message;
    }
  });
  return new Promise((resolve) => {
    worker.on('exit', (code, signal) => {
      clearTimeout(silence);
      if (code !== 0)
        finding ??= { error: `exit ${code ?? signal}: ${errors}`, input: progress.input };
      resolve({ progress, finding });
    });
  });
}

process.stdout.write(`seed ${seed}\n`);
const outcomes: Outcome[] = [];
for (const { name, weight } of chosen) {
  const outcome = await fuzz(name, Math.ceil((Number(values.cases) * weight) / totalWeight));
  outcomes.push(outcome);
  const { cases, refused, seconds, megabytes, findings } = outcome;
  process.stdout.write(
    `${name.padEnd(30)} ${String(cases).padStart(7)} cases ${String(refused).padStart(7)} refused ` +
      `${seconds.toFixed(0).padStart(5)} s ${String(megabytes).padStart(5)} MB ${findings.length} findings\n`,
  );
}
process.exitCode = outcomes.some(({ findings }) => findings.length > 0) ? 1 : 0;
