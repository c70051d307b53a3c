import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gpuEnvironment } from './capacity.ts';
import type { Job, JobEnd, JobEvent } from './job.ts';

/** Runs jobs, several at once. */
export interface JobPool {
  /** The number of jobs at once. */
  readonly slots: number;
  /**
   * Starts a job.
   * @param slot from 0 to `slots` - 1, without another running job.
   * @param onEvent receives the progress of the job.
   */
  start(job: Job, slot: number, onEvent: (event: JobEvent) => void): StartedJob;
}

export interface StartedJob {
  /** Never rejects: a broken job has failed. */
  readonly end: Promise<JobEnd>;
  /** Makes the job save a checkpoint and end. */
  interrupt(): void;
}

/** Characters of stderr that are kept to explain a crash. */
const KEPT_STDERR = 2_000;

export interface PoolOptions {
  readonly slots: number;
  /** The GPU of each slot, as `CUDA_VISIBLE_DEVICES` names it; none: the CPU. */
  readonly gpus: readonly string[];
}

/** A message from the process of a job. */
export type Message = { readonly event: JobEvent } | { readonly end: JobEnd };

/** Runs each job in its own process on this machine: this program, controlled by messages. */
export function localJobPool({ slots, gpus }: PoolOptions): JobPool {
  return {
    slots,
    start(job, slot, onEvent) {
      const child = fork(process.argv[1] as string, ['job'], {
        env: { ...process.env, ...gpuEnvironment(slot, gpus) },
        // Unlike JSON, it keeps NaN and infinity.
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', job.verbose ? 'inherit' : 'pipe', 'ipc'],
      });
      child.send(job);
      const interrupt = () => {
        if (child.connected) child.send('interrupt', () => {});
      };
      return { end: endOf(child, onEvent), interrupt };
    },
  };
}

function endOf(child: ChildProcess, onEvent: (event: JobEvent) => void): StartedJob['end'] {
  const kill = () => child.kill('SIGKILL');
  // This process exits at once only at the second request to stop.
  process.once('exit', kill);
  const oomKillsBefore = countOomKills();
  let end: JobEnd | null = null;
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  child.on('message', (message: Message) => {
    if ('event' in message) onEvent(message.event);
    else end = message.end;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'failed', error: error.message, cause: 'other' }));
    child.on('close', (code, signal) => {
      process.off('exit', kill);
      const mayBeOomKill = oomKillsBefore === null || countOomKills() !== oomKillsBefore;
      const isOomKill = signal === 'SIGKILL' && mayBeOomKill;
      resolve(end ?? crash({ code, signal, stderr: stderr.trim(), isOomKill }));
    });
  });
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The kernel has probably killed the process because memory ran out. */
  readonly isOomKill: boolean;
}

/** The end of a job whose process exited without a result. */
function crash({ code, signal, stderr, isOomKill }: Exit): JobEnd {
  // The signal came before the process could handle it.
  if (signal === 'SIGTERM' || signal === 'SIGINT') return { kind: 'interrupted' };
  const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
  const error = [`its process ${how}`, stderr].filter(Boolean).join(': ');
  const isMemory = isOomKill || /bad_alloc|out of memory|memory allocation of/i.test(stderr);
  return { kind: 'failed', error, cause: isMemory ? 'memory' : 'other' };
}

/**
 * The number of processes that Linux has killed so far because memory ran out, also in containers; `null` if it is not
 * known. Linux uses SIGKILL, as people do, so the count tells the two apart.
 */
export function countOomKills(): number | null {
  try {
    const [, kills] = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8')) ?? [];
    return kills === undefined ? null : Number(kills);
  } catch {
    return null;
  }
}
