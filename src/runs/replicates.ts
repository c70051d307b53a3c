import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DamagedError } from '../record/read-record.ts';
import { readStatus } from '../record/status.ts';
import { finalValidation } from './find.ts';
import { runPlaces } from './places.ts';

/** `val_accuracy`, … of a finished run's model. */
export type Replicate = Readonly<Record<string, number>>;

/**
 * A run and those beside it that differ in nothing but their seed, finished ones alone; of one seed the
 * latest, since a repetition says nothing of the noise.
 */
export async function replicatesOf(folder: string): Promise<Replicate[]> {
  const own = await seedless(folder);
  if (own === null) return [];
  const experiment = dirname(resolve(folder));
  const bySeed = new Map<string, Replicate>([[own.seed, await finalValidation(folder)]]);
  for (const { path } of (await runPlaces(dirname(experiment), basename(experiment))).reverse()) {
    const other = await seedless(path);
    if (other?.rest !== own.rest || bySeed.has(other.seed)) continue;
    const metrics = await finished(path).catch(ifDamaged);
    if (metrics) bySeed.set(other.seed, metrics);
  }
  return [...bySeed.values()];
}

/** resolved.yaml is the same text for the same settings. */
async function seedless(folder: string): Promise<{ seed: string; rest: string } | null> {
  const text = await readFile(join(folder, 'resolved.yaml'), 'utf8').catch(() => null);
  const line = text === null ? null : /^seed: (.*)\n/m.exec(text);
  return text && line ? { seed: line[1] ?? '', rest: text.replace(line[0], '') } : null;
}

async function finished(folder: string): Promise<Replicate | null> {
  return (await readStatus(folder))?.state === 'finished' ? finalValidation(folder) : null;
}

/** Such a run says nothing of the others. */
function ifDamaged(error: unknown): null {
  if (error instanceof DamagedError) return null;
  throw error;
}
