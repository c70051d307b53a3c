import { parse } from 'yaml';
import { changes } from '../analysis/diff.ts';
import { flatSettings } from '../analysis/settings.ts';
import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { readResolvedText, readSettings } from './experiment-files.ts';
import { readStatus } from './status.ts';

/** A run as it would continue in this process. */
export interface CurrentRun {
  readonly resolvedYaml: string;
  readonly environment: Environment;
}

/**
 * Compares an unfinished run with what it was when it started.
 * @returns the differences that may change the last digits of the results, one line each.
 * @throws InputError if the run has ended, or a difference makes it another run.
 */
export async function checkResumption(folder: string, current: CurrentRun): Promise<string[]> {
  const status = await readStatus(folder);
  if (status?.state === 'finished' || status?.state === 'stopped') {
    throw new InputError(`${folder} has ${status.state}: there is nothing to resume`);
  }
  const before = await readEnvironment(folder);
  // A run that was interrupted before it wrote these files has no results.
  if (before === null || (await readResolvedText(folder)) === null) return [];
  const { environment: after } = current;
  const settings = flatSettings(parse(current.resolvedYaml) as Json);
  const differences = [
    ...difference('program version', before.cifarRun, after.cifarRun),
    ...difference('data (SHA-256)', before.dataHash, after.dataHash),
    ...difference('weights (SHA-256)', hashesOf(before), hashesOf(after)),
    ...settingDifferences(await readSettings(folder), settings),
  ];
  if (differences.length > 0) {
    throw new InputError(
      `${folder} cannot be resumed, because it would not be the same run; ` +
        `run the experiment file again for a new run. Differences:\n  ${differences.join('\n  ')}`,
    );
  }
  return [
    ...difference('engine version', before.engine.version, after.engine.version),
    ...difference('device', before.engine.device, after.engine.device),
    ...difference('threads', before.engine.threads, after.engine.threads),
    ...difference('compiler', before.engine.compiler, after.engine.compiler),
  ].map(
    (line) =>
      `${line}; the last digits of the results may differ from those of a run that was never interrupted`,
  );
}

function difference(what: string, before: unknown, after: unknown): string[] {
  return before === after ? [] : [`${what}: was ${before}, is ${after}`];
}

/** The order does not count: the same weights may have another path. */
function hashesOf({ weightHashes }: Environment): string {
  return Object.values(weightHashes).sort().join(' ');
}

type FlatSettings = Readonly<Record<string, Json>>;

/** Checkpoint times and the requested device do not make another run. */
function settingDifferences(before: FlatSettings, after: FlatSettings): string[] {
  const show = (value: Json | undefined) => (value === undefined ? 'absent' : formatJson(value));
  return changes(before, after)
    .filter(({ name }) => name !== 'device' && !name.startsWith('checkpoint.'))
    .flatMap(({ name, first, second }) => difference(name, show(first), show(second)));
}
