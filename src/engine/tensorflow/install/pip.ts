import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { RunError } from '../../../common/errors.ts';
import { folderSize } from './folder.ts';
import { PYTHON, type Wheel } from './wheels.ts';

/**
 * How pip is called, in the order in which it is tried. Python itself tells its path: what is called
 * `python3` may be a script that starts it, and would not pass the signal on that ends it.
 */
const PYTHONS = ['python3', 'python'];
const PROGRAMS = ['pip3', 'pip', 'uvx pip'];

const LOOK_AGAIN_MS = 500;

export interface PipDownload {
  readonly wheels: readonly Wheel[];
  /** An empty folder, for the wheels and for what pip keeps meanwhile. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Told now and then how much more has come. */
  readonly came: (bytes: number) => void;
}

/**
 * Downloads wheels with the pip of this machine, which brings its owner's index, proxy and
 * certificates, and checks their hashes.
 *
 * @returns paths of the wheels
 * @throws RunError that says what to do when there is no pip, or what pip ran into.
 */
export async function downloadWheels(download: PipDownload): Promise<string[]> {
  const { wheels, to, signal, came } = download;
  const [program, ...first] = await findPip(signal);
  const [list, temporary] = [join(to, 'requirements.txt'), join(to, 'tmp')];
  await mkdir(temporary);
  await writeFile(list, wheels.map((w) => `${w.requirement} --hash=sha256:${w.sha256}\n`).join(''));

  // pip shows no progress to programs: what grows in its temporary folder is the progress.
  let seen = 0;
  const timer = setInterval(async () => {
    const size = await folderSize(temporary);
    if (size > seen) came(size - seen);
    seen = Math.max(seen, size);
  }, LOOK_AGAIN_MS);
  const result = await execa(program, [...first, ...pipArguments(wheels), '-d', to, '-r', list], {
    all: true,
    reject: false,
    stdin: 'ignore',
    cancelSignal: signal,
    env: { TMPDIR: temporary, LC_ALL: 'C', PIP_REQUIRE_VIRTUALENV: '0' },
  }).finally(() => clearInterval(timer));
  signal.throwIfAborted();
  if (result.failed) throw pipFailure(wheels, result.all || result.message || '');
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
    ...['--implementation', 'cp', '--python-version', PYTHON.version, '--abi', PYTHON.abi],
    '--no-input',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--progress-bar=off',
  ];
}

async function findPip(signal: AbortSignal): Promise<[string, ...string[]]> {
  const options = { reject: false, stdin: 'ignore', cancelSignal: signal } as const;
  for (const python of PYTHONS) {
    const found = await execa(python, ['-c', 'import pip, sys; print(sys.executable)'], options);
    signal.throwIfAborted();
    if (!found.failed) return [found.stdout, '-m', 'pip'];
  }
  for (const candidate of PROGRAMS) {
    const [program = '', ...first] = candidate.split(' ');
    const { failed } = await execa(program, [...first, '--version'], options);
    signal.throwIfAborted();
    if (!failed) return [program, ...first];
  }
  const tried = [...PYTHONS.map((python) => `${python} -m pip`), ...PROGRAMS].join(', ');
  throw new RunError(
    `TensorFlow is installed with pip, and none was found (tried ${tried}): install Python 3 with pip, ` +
      'or uv, or set CIFAR_RUN_TENSORFLOW to the folder of a TensorFlow that is there',
  );
}

/** What pip's own words have in common when the network fails. */
const NETWORK =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionError|ProtocolError|IncompleteRead|incomplete-download|ProxyError|SSLError|Max retries|connection broken/;

/** What went wrong, and what to do about it, from what pip printed. */
export function pipFailure(wheels: readonly Wheel[], log: string): RunError {
  const [wanted] = wheels;
  const what = wheels.length > 1 ? `${wanted?.requirement} with CUDA` : `${wanted?.requirement}`;
  if (/DO NOT MATCH THE HASHES/.test(log)) {
    const received = log.match(/Got\s+([0-9a-f]{64})/)?.[1];
    const expected = log.match(/Expected sha256 ([0-9a-f]{64})/)?.[1];
    return new RunError(
      `what pip received for ${what} is not the published file, and nothing was installed: its sha256 ` +
        `is ${received}, and should be ${expected}; if the transfer broke off, try again, else look at ` +
        'the index that pip uses (pip config list)',
    );
  }
  if (/No space left on device/.test(log)) {
    return new RunError(
      `the disk is full: ${what} could not be downloaded; free some space, or set CIFAR_RUN_CACHE to ` +
        'a folder on another disk',
    );
  }
  if (NETWORK.test(log)) {
    return new RunError(
      `the network failed while pip fetched ${what}: check it, and pip's proxy and index (pip config ` +
        `list), then try again; ${lastError(log)}`,
    );
  }
  if (/No matching distribution found/.test(log)) {
    return new RunError(
      `pip found no ${what}: its package index does not have it, or cannot be reached; PyPI has it ` +
        `(pip config list shows the index in use); ${lastError(log)}`,
    );
  }
  return new RunError(`pip could not download ${what}: ${lastError(log)}`);
}

/** What pip says in the end; newer ones put the reason behind a cross. */
function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const reason =
    lines.findLast((line) => line.startsWith('×')) ??
    lines.findLast((line) => /error/i.test(line)) ??
    lines.at(-1);
  return `pip says: ${reason?.trim() ?? 'nothing'}`;
}
