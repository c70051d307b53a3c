import os from 'node:os';
import { execa } from 'execa';
import type { ValidationPictures } from '../compare/picture-set.ts';
import type { Engine } from '../engine/engine.ts';
import { version } from '../version.ts';

export interface EnvironmentFacts {
  readonly engine: Engine;
  readonly seed: number;
  readonly dataHash: string;
  readonly validation: ValidationPictures;
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
