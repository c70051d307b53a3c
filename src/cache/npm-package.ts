import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { RunError } from '../common/errors.ts';
import { folderSize } from '../common/files.ts';
import { megabytes } from '../common/format.ts';
import { requireOnline } from '../common/sandbox.ts';

/** A version of a package of the npm registry. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Bytes of its archive. */
  readonly bytes: number;
}

export interface PackageDownload {
  /** An empty folder for the archive and npm's temporary files. */
  readonly to: string;
  readonly report: (message: string) => void;
  readonly signal: AbortSignal;
}

const POLL_MS = 500;

/**
 * Downloads a package with the npm of this machine, which uses the registry, proxy and credentials that the user has
 * configured, and verifies the hash of the registry. Nothing of the package is run. (The library under npm, pacote, would
 * need 60 packages, and a reader of npm's configuration beside it.)
 *
 * @returns the path of the archive (`.tgz`)
 * @throws RunError if there is no npm, or if npm fails; InputError with `--offline`.
 */
export async function downloadPackage(
  wanted: NpmPackage,
  { to, report, signal }: PackageDownload,
): Promise<string> {
  const spec = packageSpec(wanted);
  requireOnline(spec);
  const cache = join(to, 'npm');
  await mkdir(cache);
  const reportBytes = (bytes: number) =>
    report(`${spec}: ${megabytes(Math.min(bytes, wanted.bytes))} of ${megabytes(wanted.bytes)} MB`);
  reportBytes(0);
  // npm reports no progress to programs, so the growth of its cache is measured.
  const timer = setInterval(async () => reportBytes(await folderSize(cache)), POLL_MS);
  const args = ['pack', spec, '--pack-destination', to, '--cache', cache];
  const result = await execa('npm', [...args, '--ignore-scripts', '--loglevel=error'], {
    all: true,
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
    env: { npm_config_update_notifier: 'false' },
  }).finally(() => clearInterval(timer));
  signal.throwIfAborted();
  if (result.failed) throw npmError(spec, result.all || result.message || '');
  const archive = (await readdir(to)).find((name) => name.endsWith('.tgz'));
  if (archive) return join(to, archive);
  throw new RunError(`npm pack ${spec} wrote no archive`);
}

export function packageSpec({ name, version }: Pick<NpmPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

function npmError(spec: string, log: string): RunError {
  if (/ENOENT/.test(log) && /spawn npm/.test(log))
    return new RunError(`npm could not be started to download ${spec}; install npm`);
  const lines = log.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  const reasons = lines.filter((line) => line !== '' && !line.startsWith('A complete log'));
  return new RunError(
    `npm could not download ${spec}: ${reasons.slice(0, 2).join(': ') || 'it gave no reason'}. Check the registry, the proxy and the credentials of npm (npm config list)`,
  );
}
