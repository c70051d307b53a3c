import { formatDuration } from '../common/format.ts';
import { epochsOf, type PlannedSweep } from '../plan/sweep.ts';
import { finishedRun } from '../runs/finished.ts';
import { listedRun } from '../runs/listed.ts';
import { runPlaces } from '../runs/places.ts';

/** How long what is left of a sweep will take one after another, as far as runs of the same name tell. */
export async function describeExpected(
  { name, cells }: PlannedSweep,
  runs: string,
): Promise<string> {
  const done = await Promise.all(cells.map(({ plan }) => finishedRun(plan.id, runs)));
  const left = cells.filter((_, i) => !done[i]);
  const start = `${cells.length - left.length} of ${cells.length} are done`;
  const listed = await Promise.all((await runPlaces(runs, name)).map(listedRun));
  const known = listed.filter(({ state }) => state === 'finished');
  const epochs = known.reduce((sum, run) => sum + run.epochs, 0);
  if (epochs === 0) return `${start}; how long one takes is known when one of ${name} is`;
  const seconds = known.reduce((sum, run) => sum + run.seconds, 0) / epochs;
  const all = left.reduce((sum, { plan }) => sum + epochsOf(plan), 0);
  return `${start}; ${all} epochs are left, about ${formatDuration(all * seconds)} one after another`;
}
