import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { RunError } from '../../common/errors.ts';
import { folderSize } from '../../common/files.ts';
import { PYTHON, type Wheel } from './wheel.ts';

/**
 * The commands that may start pip, in the order in which they are tried. Python is called by its real path, because
 * `python3` may be a wrapper script that does not forward signals.
 */
const PYTHONS = ['python3', 'python'];
const PROGRAMS = ['pip3', 'pip', 'uvx pip'];

const POLL_MS = 500;

interface PipDownload {
  readonly wheels: readonly Wheel[];
  /** An empty folder for the wheels and pip's temporary files. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Called twice a second with the number of new bytes. */
  readonly onProgress: (bytes: number) => void;
}

/** A command that starts pip. */
type Pip = readonly [program: string, ...first: string[]];

/**
 * Downloads wheels with pip, which uses the index, proxy and certificates that the user has configured, and verifies
 * their hashes.
 *
 * @returns the paths of the wheels
 * @throws RunError if pip fails.
 */
export async function downloadWithPip(
  [program, ...first]: Pip,
  { wheels, to, signal, onProgress }: PipDownload,
): Promise<string[]> {
  const [list, temporary] = [join(to, 'requirements.txt'), join(to, 'tmp')];
  await mkdir(temporary);
  await writeFile(list, wheels.map((w) => `${w.requirement} --hash=sha256:${w.sha256}\n`).join(''));

  // pip reports no progress to programs, so the growth of its temporary folder is measured.
  let downloaded = 0;
  const timer = setInterval(async () => {
    const size = await folderSize(temporary);
    if (size > downloaded) onProgress(size - downloaded);
    downloaded = Math.max(downloaded, size);
  }, POLL_MS);
  const result = await execa(program, [...first, ...pipArguments(wheels), '-d', to, '-r', list], {
    all: true,
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
    env: { TMPDIR: temporary, LC_ALL: 'C', PIP_REQUIRE_VIRTUALENV: '0' },
  }).finally(() => clearInterval(timer));
  signal.throwIfAborted();
  if (result.failed) throw pipError(wheels, result.all || result.message || '');
  const files = await readdir(to);
  return files.filter((file) => file.endsWith('.whl')).map((file) => join(to, file));
}

function pipArguments(wheels: readonly Wheel[]): string[] {
  return [
    'download',
    '--no-deps',
    '--require-hashes',
    '--only-binary=:all:',
    ...[...new Set(wheels.map((wheel) => wheel.platform))].flatMap((name) => ['--platform', name]),
    '--implementation',
    'cp',
    '--python-version',
    PYTHON.version,
    '--abi',
    PYTHON.abi,
    '--no-input',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--progress-bar=off',
  ];
}

/** Returns the command that starts the pip of this machine; `null` if there is none. */
export async function findPip(signal: AbortSignal): Promise<Pip | null> {
  const options = { reject: false, stdin: 'ignore', cancelSignal: signal } as const;
  for (const python of PYTHONS) {
    const result = await execa(python, ['-c', 'import pip, sys; print(sys.executable)'], options);
    signal.throwIfAborted();
    if (!result.failed) return [result.stdout, '-m', 'pip'];
  }
  for (const candidate of PROGRAMS) {
    const [program = '', ...first] = candidate.split(' ');
    const { failed } = await execa(program, [...first, '--version'], options);
    signal.throwIfAborted();
    if (!failed) return [program, ...first];
  }
  return null;
}

/** Matches the log of pip after a network failure. */
const NETWORK =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionError|ProtocolError|IncompleteRead|incomplete-download|ProxyError|SSLError|Max retries|connection broken/;

/** Converts the log of pip to an error that says what to do. */
function pipError(wheels: readonly Wheel[], log: string): RunError {
  const requirement = wheels[0]?.requirement;
  const title = wheels.length > 1 ? `${requirement} with CUDA` : `${requirement}`;
  if (/DO NOT MATCH THE HASHES/.test(log)) {
    const received = log.match(/Got\s+([0-9a-f]{64})/)?.[1];
    const expected = log.match(/Expected sha256 ([0-9a-f]{64})/)?.[1];
    return new RunError(
      `pip downloaded a file for ${title} that is not the published one, and nothing was installed. Its sha256 ` +
        `is ${received}, and should be ${expected}. If the transfer was interrupted, try again; else check ` +
        'the index that pip uses (pip config list)',
    );
  }
  if (/No space left on device/.test(log)) {
    return new RunError(
      `the disk is full, so ${title} was not downloaded: free some space, or set CIFAR_RUN_CACHE to ` +
        'a folder on another disk',
    );
  }
  if (NETWORK.test(log)) {
    return new RunError(
      `the network failed while pip downloaded ${title}: check it, and the proxy and index of pip (pip config ` +
        `list), then try again; ${lastError(log)}`,
    );
  }
  if (/No matching distribution found/.test(log)) {
    return new RunError(
      `pip did not find ${title}: its package index does not have it, or is not available; PyPI has it ` +
        `(pip config list shows the index in use); ${lastError(log)}`,
    );
  }
  return new RunError(`pip could not download ${title}: ${lastError(log)}`);
}

/** Returns the last error in the log of pip; recent versions mark the reason with a cross. */
function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const reason =
    lines.findLast((line) => line.startsWith('×')) ??
    lines.findLast((line) => /error/i.test(line)) ??
    lines.at(-1);
  return `pip says: ${reason?.trim() ?? 'nothing'}`;
}
