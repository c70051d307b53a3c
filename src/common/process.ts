import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process of which machine. */
export interface ProcessName {
  readonly pid: number;
  readonly host: string;
  /** When it began, as the machine tells; `null` where it does not: numbers of processes come back. */
  readonly began: string | null;
}

export function thisProcess(): ProcessName {
  return { pid: process.pid, host: hostname(), began: beginning(process.pid) };
}

/** Whether it is alive; `null` where that cannot be told, as of another machine's process. */
export function isAlive({ pid, host, began }: ProcessName): boolean | null {
  if (host !== hostname()) return null;
  if (!hasProcess(pid)) return false;
  return began === null ? null : beginning(pid) === began;
}

function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process cannot be sent signals, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The machine's boot and the clock ticks since then (proc(5), field 22 of `stat`); Linux only. */
function beginning(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
