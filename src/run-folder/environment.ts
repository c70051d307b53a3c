import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ValidationImages } from '../analysis/image-set.ts';
import { hashFile } from '../cache/hash.ts';
import { version } from '../common/version.ts';
import type { Dataset, Images } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { shardPaths } from '../model/weights/tfjs.ts';

export interface EnvironmentFacts {
  readonly engine: Engine;
  readonly seed: number;
  readonly dataHash: string;
  readonly validation: ValidationImages;
  readonly weightHashes: Readonly<Record<string, string>>;
}

/** What a run was done with, for environment.json. */
export async function describeEnvironment({ engine, ...facts }: EnvironmentFacts) {
  const { name, device, devices, threads, compiler } = engine;
  const cpus = os.cpus();
  return {
    cifarRun: version,
    node: process.version,
    arguments: process.argv.slice(2),
    engine: { name, version: engine.version, device, devices, threads, compiler },
    machine: {
      os: `${os.type()} ${os.release()}`,
      arch: process.arch,
      cpu: cpus[0]?.model ?? null,
      cores: cpus.length,
      memoryBytes: os.totalmem(),
    },
    gitCommit: await gitCommit(),
    ...facts,
  };
}

export type Environment = Awaited<ReturnType<typeof describeEnvironment>>;

/** Of the folder that the command runs in, `-dirty` if files differ from it; `null` outside of git. */
async function gitCommit(): Promise<string | null> {
  const describe = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const { failed, stdout } = await execa('git', describe, { reject: false });
  return failed ? null : stdout;
}

/** SHA-256 of what a model sees of the data: class names, then sizes, SHA-256 of each image and labels of both parts. */
export function dataHash({ classNames, train, validation }: Dataset): string {
  return hashOf(classNames, [train, validation]);
}

/** By which two runs know whether they were validated on the same images. */
export function validationImages({ classNames, validation }: Dataset): ValidationImages {
  const { height, width, channels, paths } = validation;
  return {
    size: [height, width, channels],
    pixels: hashOf(classNames, [validation]),
    paths: paths ? hash('sha256', JSON.stringify(paths), 'hex') : null,
  };
}

function hashOf(classNames: readonly string[], parts: readonly Images[]): string {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  for (const { height, width, channels, pixels, labels } of parts) {
    hash.update(JSON.stringify([labels.length, height, width, channels]));
    for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}

/**
 * SHA-256 of each file that a backbone's first weights came from, a tfjs model's shards included, by path.
 * @param path as `resolveWeights` gives it; `null` for random weights, which come from no file.
 */
export async function weightHashes(path: string | null): Promise<Record<string, string>> {
  if (path === null) return {};
  const shards = path.endsWith('.json') ? shardPaths(await readFile(path, 'utf8'), path) : [];
  const files = [path, ...shards.map((shard) => join(dirname(path), shard))];
  const hashes = files.map(async (file) => [file, await hashFile(file, 'sha256')] as const);
  return Object.fromEntries(await Promise.all(hashes));
}
