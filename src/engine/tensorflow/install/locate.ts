import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { cacheFolder } from '../../../cache/cache-folder.ts';
import { InputError } from '../../../common/errors.ts';
import { folderSize } from '../../../common/files.ts';
import type { Device } from '../../../experiment/experiment.ts';
import type { Installation } from '../../engine.ts';
import { findPythonLibrary, pythonStandIn } from '../windows.ts';
import { changedFiles } from './files.ts';
import { install } from './install.ts';
import { chooseDistribution, detectHost, unusedGpuReason, type Variant } from './platforms.ts';

/** The two shared libraries of a TensorFlow installation. */
interface Libraries {
  /** The folder that was searched or installed. */
  readonly folder: string;
  /** Paths of `libtensorflow_framework` and of `libtensorflow_cc` or `libtensorflow`. */
  readonly framework: string;
  readonly core: string;
  /** Path of Python's library, which the core imports; Windows only. */
  readonly python: string | null;
  /** `null` if it is unknown before the libraries are loaded. */
  readonly version: string | null;
  readonly variant: Variant | null;
}

export interface Location extends Libraries {
  readonly source: 'installed' | 'CIFAR_RUN_TENSORFLOW';
  /** Why the GPU of this machine cannot be used; `null` if it can, or if there is no NVIDIA driver. */
  readonly unusedGpu: string | null;
}

interface LocateOptions {
  readonly device: Device;
  readonly report: (message: string) => void;
}

/**
 * Finds the libraries of TensorFlow in the folder that `CIFAR_RUN_TENSORFLOW` names, else in the cache folder. Installs
 * them there first if necessary.
 *
 * @throws InputError if the named folder has none; RunError if they cannot be installed, or if `device` is `gpu` and this
 *   machine has none.
 */
export async function locateTensorFlow({ device, report }: LocateOptions): Promise<Location> {
  const host = detectHost();
  const unusedGpu = unusedGpuReason(host);
  const given = process.env.CIFAR_RUN_TENSORFLOW;
  if (given) {
    return { ...(await findLibraries(given)), source: 'CIFAR_RUN_TENSORFLOW', unusedGpu };
  }
  const distribution = chooseDistribution(host, device);
  const folder = await install(distribution, { cache: cacheFolder(), report });
  return {
    folder,
    framework: join(folder, distribution.framework),
    core: join(folder, distribution.core),
    python: process.platform === 'win32' ? pythonStandIn() : null,
    version: distribution.version,
    variant: distribution.variant,
    source: 'installed',
    unusedGpu,
  };
}

/** The names of the two libraries. On Windows one library is both. */
const NAMES: Readonly<Record<string, readonly (readonly [framework: string, core?: string])[]>> = {
  linux: [
    ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow.so.2'],
  ],
  darwin: [
    ['libtensorflow_framework.2.dylib', 'libtensorflow_cc.2.dylib'],
    ['libtensorflow_framework.2.dylib', 'libtensorflow.2.dylib'],
  ],
  // Since 2.20, until 2.19, and of libtensorflow.
  win32: [
    ['_pywrap_tensorflow_common.dll'],
    ['_pywrap_tensorflow_internal.pyd'],
    ['tensorflow.dll'],
  ],
};

/** Subfolders of a `site-packages`, of its `tensorflow` and of a libtensorflow that contain the libraries. */
const PLACES = ['.', 'tensorflow', 'lib', 'tensorflow/python', 'python'];

/**
 * Finds the libraries of TensorFlow in a folder: a Python `site-packages`, its `tensorflow`, an unpacked
 * libtensorflow or its `lib`, or any folder that contains both libraries.
 *
 * @throws InputError if there are none, or if their version is too old.
 */
export async function findLibraries(
  given: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Libraries> {
  const folder = resolve(given);
  const names = NAMES[platform] ?? [];
  const paths = await findPair(
    PLACES.map((place) => join(folder, place)),
    names,
  );
  if (paths === null) {
    const wanted = names.map((pair) => pair.toReversed().join(' and ')).join(', or ');
    throw new InputError(
      `CIFAR_RUN_TENSORFLOW: ${folder} does not contain TensorFlow. It must contain ${wanted}, directly or in its ` +
        'folder tensorflow or lib. A Python site-packages with TensorFlow, or an unpacked libtensorflow, would be right',
    );
  }
  const own = dirname(paths.core);
  const tensorflow = basename(own) === 'python' ? dirname(own) : own;
  const version = (await pythonVersion(tensorflow)) ?? (await versionInName(paths.core));
  if (version !== null) requireVersion(folder, version);
  const python = platform === 'win32' ? await findPythonLibrary(dirname(tensorflow)) : null;
  return { folder, ...paths, python, version, variant: await pythonVariant(tensorflow) };
}

async function findPair(
  folders: readonly string[],
  names: readonly (readonly [framework: string, core?: string])[],
) {
  for (const folder of folders) {
    for (const [framework, core = framework] of names) {
      const paths = { framework: join(folder, framework), core: join(folder, core) };
      if ((await isFile(paths.framework)) && (await isFile(paths.core))) return paths;
    }
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

/** Reads the version from the folder `tensorflow_cpu-2.21.0.dist-info` beside the package; add-ons have other names. */
async function pythonVersion(folder: string): Promise<string | null> {
  const packages =
    /^(?:tensorflow(?:_(?:cpu|cpu_aws|gpu|intel|macos|rocm))?|tf_nightly(?:_cpu)?)-(\d[^-]*)\.dist-info$/;
  for (const entry of await readdir(dirname(folder))) {
    const version = packages.exec(entry)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

/** Reads the version from the target of a link, such as `libtensorflow.so.2.18.0` or `libtensorflow.2.18.0.dylib`. */
async function versionInName(core: string): Promise<string | null> {
  return /\.(\d+\.\d+\.\d+)(?:\.dylib)?$/.exec(basename(await realpath(core)))?.[1] ?? null;
}

async function pythonVariant(folder: string): Promise<Variant | null> {
  const buildInfo = join(folder, 'python/platform/build_info.py');
  const text = await readFile(buildInfo, 'utf8').catch(() => null);
  const isCuda = text?.match(/'is_cuda_build', (True|False)/)?.[1];
  return isCuda === undefined ? null : isCuda === 'True' ? 'cuda' : 'cpu';
}

/** The first version whose C API has all functions that are called. */
const OLDEST = [2, 16] as const;

/** @throws InputError if the C API of this version lacks functions. */
export function requireVersion(folder: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new InputError(
    `CIFAR_RUN_TENSORFLOW: ${folder} contains TensorFlow ${version}; ${OLDEST.join('.')} or later is needed`,
  );
}

/** Describes an installation; `verify` hashes the files that this program installed. */
export async function inspectInstallation(
  { folder, source, variant }: Location,
  verify: boolean,
): Promise<Installation> {
  const isOwn = source === 'installed';
  return {
    folder,
    source,
    variant,
    bytes: isOwn ? await folderSize(folder) : null,
    changedFiles: isOwn && verify ? await changedFiles(folder) : [],
  };
}
