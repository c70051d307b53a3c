import { execa } from 'execa';
import { InputError, RunError } from '../../../common/errors.ts';

/** Slurm's answer to a command. @throws InputError where there is no Slurm, RunError when it refuses. */
async function ask(command: string, args: readonly string[]): Promise<string> {
  const result = await execa(command, args, { reject: false });
  if (!result.failed) return result.stdout;
  if (result.code === 'ENOENT') {
    const message = `the launcher slurm needs ${command}, which this machine has not; it is for a cluster's login node`;
    throw new InputError(message);
  }
  throw new RunError(`${command} failed: ${complaint(result.stderr) || result.shortMessage}`);
}

/** What `sbatch: error: Batch job submission failed: …` says, without who says it. */
function complaint(stderr: string): string {
  return stderr.replaceAll(/^\w+: (error|fatal): /gm, '').replaceAll('\n', '; ');
}

/** Hands in a batch script. @returns the job's number. */
export async function sbatch(script: string): Promise<string> {
  const said = await ask('sbatch', ['--parsable', script]).catch((error: Error) => {
    if (!error.message.includes('Invalid job array')) throw error;
    const hint =
      'a task has the number of its run, which MaxArraySize bounds (scontrol show config)';
    throw new RunError(`${error.message}; ${hint}`, { cause: error });
  });
  // On a federation the cluster's name follows.
  return said.trim().split(';')[0] as string;
}

/** States of the tasks that Slurm still knows of this user, also those that ended a few minutes ago. */
export async function taskStates(): Promise<ReadonlyMap<string, string>> {
  const said = await ask('squeue', [
    ...'--me --noheader --array --states=all --format=%i|%T'.split(' '),
  ]);
  return new Map(said.split('\n').map((line) => line.trim().split('|') as [string, string]));
}

/** Puts a task back into the queue; its processes are ended. */
export async function requeue(task: string): Promise<void> {
  await ask('scontrol', ['requeue', task]);
}

/** Ends a job with all its tasks. */
export async function scancel(job: string): Promise<void> {
  await ask('scancel', [job]);
}
