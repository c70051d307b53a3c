import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../../common/errors.ts';
import { listEntries } from '../../../common/files.ts';
import type { Installation } from '../../engine.ts';
import type { Location } from './locate.ts';
import { changedFiles } from './manifest.ts';
import type { Variant } from './platforms.ts';

/** The two shared libraries of a TensorFlow, and what can be told about it without loading them. */
export interface Libraries {
  /** Folder that was asked for. */
  readonly folder: string;
  /** Paths of `libtensorflow_framework` and of `libtensorflow_cc` or `libtensorflow`. */
  readonly framework: string;
  readonly core: string;
  /** `null` where nothing beside the libraries says it. */
  readonly version: string | null;
  readonly variant: Variant | null;
}

const NAMES = [
  { framework: 'libtensorflow_framework.so.2', core: 'libtensorflow_cc.so.2' },
  { framework: 'libtensorflow_framework.so.2', core: 'libtensorflow.so.2' },
  { framework: 'libtensorflow_framework.2.dylib', core: 'libtensorflow_cc.2.dylib' },
  { framework: 'libtensorflow_framework.2.dylib', core: 'libtensorflow.2.dylib' },
] as const;

/** TensorFlow 2.16 is the first one whose C API has everything that is called. */
const OLDEST = [2, 16] as const;

/**
 * Finds TensorFlow's libraries in a folder: a Python `site-packages`, its `tensorflow`, an unpacked
 * libtensorflow or its `lib`, or any folder with the two libraries.
 *
 * @throws InputError that says what was looked for, or that the version is too old.
 */
export async function findLibraries(given: string): Promise<Libraries> {
  const folder = resolve(given);
  const found = await firstWithLibraries([folder, join(folder, 'tensorflow'), join(folder, 'lib')]);
  if (found === null) {
    const pairs = process.platform === 'darwin' ? NAMES.slice(2) : NAMES.slice(0, 2);
    const wanted = pairs.map(({ framework, core }) => `${core} and ${framework}`).join(', or ');
    throw new InputError(
      `CIFAR_RUN_TENSORFLOW: ${folder} holds no TensorFlow; looked for ${wanted}, in it and in its ` +
        "folders tensorflow and lib; a Python site-packages with TensorFlow or libtensorflow's " +
        'folder would be right',
    );
  }
  const version = (await pythonVersion(dirname(found.core))) ?? (await versionInName(found.core));
  if (version !== null) requireVersion(folder, version);
  return { folder, ...found, version, variant: await pythonVariant(dirname(found.core)) };
}

async function firstWithLibraries(folders: readonly string[]) {
  for (const folder of folders) {
    for (const { framework, core } of NAMES) {
      const paths = { framework: join(folder, framework), core: join(folder, core) };
      if ((await isFile(paths.framework)) && (await isFile(paths.core))) return paths;
    }
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

/** pip leaves `tensorflow_cpu-2.21.0.dist-info` beside the package; add-ons have names of their own. */
async function pythonVersion(folder: string): Promise<string | null> {
  const packages =
    /^(?:tensorflow(?:_(?:cpu|cpu_aws|gpu|macos|rocm))?|tf_nightly(?:_cpu)?)-(\d[^-]*)\.dist-info$/;
  for (const entry of await readdir(dirname(folder))) {
    const version = packages.exec(entry)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

/** libtensorflow's libraries are links to `libtensorflow.so.2.18.0` or `libtensorflow.2.18.0.dylib`. */
async function versionInName(core: string): Promise<string | null> {
  return /\.(\d+\.\d+\.\d+)(?:\.dylib)?$/.exec(basename(await realpath(core)))?.[1] ?? null;
}

async function pythonVariant(folder: string): Promise<Variant | null> {
  const buildInfo = join(folder, 'python/platform/build_info.py');
  const text = await readFile(buildInfo, 'utf8').catch(() => null);
  const isCuda = text?.match(/'is_cuda_build', (True|False)/)?.[1];
  return isCuda === undefined ? null : isCuda === 'True' ? 'cuda' : 'cpu';
}

/** @throws InputError when this version's C API lacks what is called. */
export function requireVersion(folder: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new InputError(
    `CIFAR_RUN_TENSORFLOW: ${folder} holds TensorFlow ${version}; ${OLDEST.join('.')} or later is needed`,
  );
}

/** What is known of TensorFlow's libraries; `verify` hashes those that this program installed. */
export async function inspectInstallation(
  { folder, source, variant }: Location,
  verify: boolean,
): Promise<Installation> {
  const ours = source === 'installed';
  return {
    folder,
    source,
    variant,
    bytes: ours ? await folderSize(folder) : null,
    changedFiles: ours && verify ? await changedFiles(folder) : [],
  };
}

/** Bytes of the files in a folder, as far as they can be seen while it changes. */
export async function folderSize(folder: string): Promise<number> {
  const entries = await listEntries(folder);
  const sizes = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const found = await stat(join(parentPath, name)).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
