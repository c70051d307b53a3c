import type { SweepRecord } from '../run-folder/sweep-record.ts';
import type { JobEnd } from './job.ts';

/** Tells the record of a sweep how the job of a run has ended. */
export async function recordEnd(
  record: SweepRecord,
  id: string,
  end: JobEnd,
  batchHalved: number,
): Promise<void> {
  if (end.kind === 'done') await record.done(id, end, batchHalved);
  else if (end.kind === 'failed') await record.failed(id, end.error);
  else await record.interrupted(id);
}
