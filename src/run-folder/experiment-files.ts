import { join } from 'node:path';
import { isScalar, parse, parseDocument } from 'yaml';
import { flatSettings } from '../analysis/settings.ts';
import { InputError } from '../common/errors.ts';
import { writeAtomic } from '../common/files.ts';
import type { Json } from '../common/json.ts';
import { resolvedYaml } from '../config/resolved.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { ExperimentFile } from '../experiment/file-types.ts';
import { readingRun, readText, UnreadableFileError } from './run-file.ts';

/*
 * The experiment of a run: experiment.yaml as the user wrote it, and resolved.yaml with every default filled in.
 */

const WRITTEN = 'experiment.yaml';
const RESOLVED = 'resolved.yaml';

/** @param text the experiment file as the user wrote it. */
export async function writeExperimentFiles(
  folder: string,
  text: string,
  experiment: Experiment,
): Promise<void> {
  await writeAtomic(join(folder, WRITTEN), text);
  await writeAtomic(join(folder, RESOLVED), resolvedYaml(experiment));
}

/** Reads experiment.yaml; `null` if there is none. */
export function readExperimentText(folder: string): Promise<string | null> {
  return readText(join(folder, WRITTEN));
}

/** Reads resolved.yaml as text; `null` if there is none. */
export function readResolvedText(folder: string): Promise<string | null> {
  return readText(join(folder, RESOLVED));
}

/** Reads resolved.yaml; `null` if there is none. @throws UnreadableFileError */
export async function readResolved(folder: string): Promise<ExperimentFile | null> {
  const text = await readResolvedText(folder);
  try {
    return text === null ? null : (parse(text) as ExperimentFile | null);
  } catch (error) {
    const { message } = error as Error;
    throw new UnreadableFileError(`${join(folder, RESOLVED)} is damaged: ${message}`, {
      cause: error,
    });
  }
}

/** Reads the settings in resolved.yaml, keyed by path; empty if there is no file. @throws UnreadableFileError */
export function readSettings(folder: string): Promise<Record<string, Json>> {
  return readingRun(folder, async () =>
    flatSettings(((await readResolved(folder)) ?? {}) as unknown as Json),
  );
}

/** Reads both files of a run. @throws InputError if the run was interrupted before they were written. */
export async function readExperimentFiles(folder: string) {
  const [text, resolved] = [await readExperimentText(folder), await readResolvedText(folder)];
  if (text !== null && resolved !== null) return { text, resolved };
  const missing = text === null ? WRITTEN : RESOLVED;
  throw new InputError(`${folder} has no ${missing}: run the experiment's file again`);
}

/**
 * Returns a function from the text of another resolved.yaml to its seed; to `null` if the two texts differ in more
 * than their seed. Equal settings have equal texts, so that hundreds of runs need not be parsed.
 */
export function seedOfReplicate(resolved: string): (other: string) => number | null {
  const seedNode = parseDocument(resolved).get('seed', true);
  if (!isScalar(seedNode) || !seedNode.range) return () => null;
  const [start, end] = seedNode.range;
  const [before, after] = [resolved.slice(0, start), resolved.slice(end)];
  return (other) => {
    if (!other.startsWith(before) || !other.endsWith(after)) return null;
    const seed = other.slice(before.length, other.length - after.length);
    return /^\d+$/.test(seed) ? Number(seed) : null;
  };
}
