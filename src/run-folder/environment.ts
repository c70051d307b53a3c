import { createHash, hash } from 'node:crypto';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ValidationImages } from '../analysis/diff.ts';
import { hashFile } from '../cache/hash.ts';
import { version } from '../common/version.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { readModelJson, shardPaths } from '../model/weights/tfjs.ts';
import { JsonFile } from './run-file.ts';

/** The content of environment.json: the program, engine, machine and inputs of a run. */
export interface Environment {
  /** Version of this program. */
  readonly cifarRun: string;
  readonly node: string;
  readonly arguments: readonly string[];
  readonly engine: Pick<
    Engine,
    'name' | 'version' | 'device' | 'devices' | 'threads' | 'compiler'
  > & {
    /** Why the GPU of the machine was not used; `undefined` in runs of early versions. */
    readonly unusedGpu?: Engine['unusedGpu'];
  };
  readonly machine: {
    readonly os: string;
    readonly arch: string;
    readonly cpu: string | null;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  /** Commit of the working directory, with `-dirty` if files differ from it; `null` outside of git. */
  readonly gitCommit: string | null;
  readonly seed: number;
  /** SHA-256 of everything that the model sees of the data. */
  readonly dataHash: string;
  /** `undefined` in runs of early versions. */
  readonly validation?: ValidationImages;
  /** SHA-256 of each file of the initial weights, by path. */
  readonly weightHashes: Readonly<Record<string, string>>;
}

const ENVIRONMENT = new JsonFile<Environment>('environment.json', {
  version: 1,
  keys: ['cifarRun', 'dataHash'],
});

export function writeEnvironment(folder: string, environment: Environment): Promise<void> {
  return ENVIRONMENT.write(folder, environment);
}

/** Reads environment.json; `null` if there is none. @throws UnreadableFileError */
export function readEnvironment(folder: string): Promise<Environment | null> {
  return ENVIRONMENT.read(folder);
}

export interface RunInputs {
  readonly engine: Engine;
  readonly seed: number;
  readonly data: Dataset;
  /** Path of the initial weights' file, as `resolveWeights` returns it; `null` for random weights. */
  readonly weights: string | null;
}

/** Collects the environment of a run in this process. */
export async function collectEnvironment(inputs: RunInputs): Promise<Environment> {
  const { engine, seed, data, weights } = inputs;
  const { name, device, devices, unusedGpu, threads, compiler } = engine;
  const cpus = os.cpus();
  return {
    cifarRun: version,
    node: process.version,
    arguments: process.argv.slice(2),
    engine: { name, version: engine.version, device, devices, unusedGpu, threads, compiler },
    machine: {
      os: `${os.type()} ${os.release()}`,
      arch: process.arch,
      cpu: cpus[0]?.model ?? null,
      cores: cpus.length,
      memoryBytes: os.totalmem(),
    },
    gitCommit: await gitCommit(),
    seed,
    dataHash: dataHash(data),
    validation: validationImages(data),
    weightHashes: await weightHashes(weights),
  };
}

async function gitCommit(): Promise<string | null> {
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const { failed, stdout } = await execa('git', describe, { reject: false });
  return failed ? null : stdout;
}

/** SHA-256 of the class names, then of the size, the images' SHA-256 and the labels of both splits. */
export function dataHash({ classNames, train, validation }: Dataset): string {
  return hashOf(classNames, [train, validation]);
}

/** Identifies the validation images, so that two runs can be compared image by image. */
export function validationImages({
  classNames,
  validation,
}: Pick<Dataset, 'classNames' | 'validation'>): ValidationImages {
  const { height, width, channels, names } = validation;
  return {
    size: [height, width, channels],
    pixels: hashOf(classNames, [validation]),
    paths: names ? hash('sha256', JSON.stringify(names), 'hex') : null,
  };
}

function hashOf(classNames: readonly string[], splits: readonly Images[]): string {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  for (const { height, width, channels, pixels, labels } of splits) {
    hash.update(JSON.stringify([labels.length, height, width, channels]));
    for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}

/** SHA-256 of a weights file, and of the shards of a tfjs model. */
async function weightHashes(path: string | null): Promise<Record<string, string>> {
  if (path === null) return {};
  const shards = path.endsWith('.json') ? shardPaths(await readModelJson(path), path) : [];
  const files = [path, ...shards.map((shard) => join(dirname(path), shard))];
  const hashes = files.map(async (file) => [file, await hashFile(file, 'sha256')] as const);
  return Object.fromEntries(await Promise.all(hashes));
}
