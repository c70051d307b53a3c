import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { environmentOf } from './capacity.ts';
import type { Job, JobEnd, JobEvent } from './job.ts';

/** Do jobs, several at once. */
export interface Workers {
  /** Jobs at once; the next one is begun when one of them has ended. */
  readonly slots: number;
  /**
   * Begins a job.
   * @param slot from 0 to `slots`, no other job's as long as this one has not ended.
   * @param watch is told where the job stands.
   */
  begin(job: Job, slot: number, watch: (event: JobEvent) => void): BegunJob;
}

export interface BegunJob {
  /** Never rejected: a job that breaks has failed. */
  readonly end: Promise<JobEnd>;
  /** Has it save what it did and end. */
  interrupt(): void;
}

/** Of what a process says before it breaks. */
const LAST_WORDS = 2_000;

export interface WorkersOptions {
  readonly slots: number;
  /** The GPU of each slot as `CUDA_VISIBLE_DEVICES` names it; none: they run on the CPU. */
  readonly gpus: readonly string[];
}

/** What a job's process says to the one that began it. */
export type Message = { readonly event: JobEvent } | { readonly end: JobEnd };

/** Each job in a process of its own on this machine: this program again, told by messages what to do. */
export function workers({ slots, gpus }: WorkersOptions): Workers {
  return {
    slots,
    begin(job, slot, watch) {
      const child = fork(process.argv[1] as string, ['job'], {
        env: { ...process.env, ...environmentOf(slot, gpus) },
        // Keeps numbers that are none, which JSON does not.
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', job.verbose ? 'inherit' : 'pipe', 'ipc'],
      });
      child.send(job);
      return { end: endOf(child, watch), interrupt: () => tell(child, 'interrupt') };
    },
  };
}

function endOf(child: ChildProcess, watch: (event: JobEvent) => void): BegunJob['end'] {
  const stop = () => child.kill('SIGKILL');
  // This program ends at once only when it is asked to for the second time.
  process.once('exit', stop);
  const kills = oomKills();
  let end: JobEnd | null = null;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-LAST_WORDS);
  });
  child.on('message', (message: Message) => {
    if ('event' in message) watch(message.event);
    else end = message.end;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'failed', error: error.message, cause: 'other' }));
    child.on('close', (code, signal) => {
      process.off('exit', stop);
      const isOomKill = signal === 'SIGKILL' && (kills === null || oomKills() !== kills);
      resolve(end ?? broken({ code, signal, said: said.trim(), isOomKill }));
    });
  });
}

interface LastWords {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
  /** As far as can be told. */
  readonly isOomKill: boolean;
}

/** A process that ends without a word. */
function broken({ code, signal, said, isOomKill }: LastWords): JobEnd {
  // It was asked to end before it could listen.
  if (signal === 'SIGTERM' || signal === 'SIGINT') return { kind: 'interrupted' };
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  const error = [`its process ${how}`, said].filter(Boolean).join(': ');
  const isMemory = isOomKill || /bad_alloc|out of memory|memory allocation of/i.test(said);
  return { kind: 'failed', error, cause: isMemory ? 'memory' : 'other' };
}

function tell(child: ChildProcess, message: string): void {
  if (child.connected) child.send(message, () => {});
}

/**
 * How many processes Linux has ended so far because memory ran out, those of containers among them; `null` where
 * no one tells. It ends them by SIGKILL, as people do too.
 */
export function oomKills(): number | null {
  try {
    const [, kills] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return kills === undefined ? null : Number(kills);
  } catch {
    return null;
  }
}
