import { readFile } from 'node:fs/promises';
import { InputError } from '../common/errors.ts';
import type { Environment } from './environment.ts';
import type { RunFolder } from './run-folder.ts';
import { readStatus } from './status.ts';

/** What a run that goes on is now. */
export interface RunNow {
  readonly resolvedYaml: string;
  readonly environment: Environment;
}

/**
 * Compares a run with what it was when it began.
 * @returns what differs and may change the result in its last digits, a line each.
 * @throws InputError when it has ended, or when what differs makes it another run.
 */
export async function checkResumption(folder: RunFolder, now: RunNow): Promise<string[]> {
  const status = await readStatus(folder.path);
  if (status?.state === 'finished' || status?.state === 'stopped') {
    throw new InputError(`${folder.path} has ${status.state}: there is nothing to go on with`);
  }
  const resolved = await textOf(folder.file('resolved.yaml'));
  const text = await textOf(folder.file('environment.json'));
  // A run that was ended as it began has no results that could be mixed with others.
  if (resolved === null || text === null) return [];
  const before = JSON.parse(text) as Environment;
  const { environment: after } = now;
  const changed = [
    ...difference('program version', before.cifarRun, after.cifarRun),
    ...difference('data (SHA-256)', before.dataHash, after.dataHash),
    ...difference(
      'weights (SHA-256)',
      Object.values(before.weightHashes).sort().join(' '),
      Object.values(after.weightHashes).sort().join(' '),
    ),
    ...lineDifferences(withoutCheckpoint(resolved), withoutCheckpoint(now.resolvedYaml)),
  ];
  if (changed.length > 0) {
    throw new InputError(
      `${folder.path} cannot go on, because it would not be the run that it was; ` +
        `run the file again for a new one. What differs:\n  ${changed.join('\n  ')}`,
    );
  }
  return [
    ...difference('engine version', before.engine.version, after.engine.version),
    ...difference('device', before.engine.device, after.engine.device),
    ...difference('threads', before.engine.threads, after.engine.threads),
    ...difference('compiler', before.engine.compiler, after.engine.compiler),
  ].map(
    (line) =>
      `${line}; results may differ in their last digits from those of a run that was never interrupted`,
  );
}

function difference(what: string, before: unknown, after: unknown): string[] {
  return before === after ? [] : [`${what}: was ${before}, is ${after}`];
}

function lineDifferences(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const gone = old
    .filter((line) => !fresh.includes(line))
    .map((line) => `file: was ${line.trim()}`);
  const come = fresh.filter((line) => !old.includes(line)).map((line) => `file: is ${line.trim()}`);
  return [...gone, ...come];
}

/** How often it saves is no part of what a run is. */
function withoutCheckpoint(resolved: string): string {
  return resolved.replace(/^checkpoint: .*\n/m, '');
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
