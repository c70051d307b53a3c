import { join } from 'node:path';

/** A folder among the runs, with a file for each id and each sweep that a process is about to run. */
const CLAIMS = '.claims';

/** The path of the claim on a run. @param runs folder of all runs. */
export function runClaim(runs: string, id: string): string {
  return join(runs, CLAIMS, id);
}

/** The path of the claim on a sweep. @param runs folder of all runs. */
export function sweepClaim(runs: string, name: string): string {
  return join(runs, CLAIMS, `sweep-${name}`);
}
