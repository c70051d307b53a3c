import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { targets } from './targets/table.ts';

/** The cases that `npm test` draws for each target; `npm run fuzz` draws thousands. */
const CASES = 15;

describe('input of strangers', function (this: Mocha.Suite) {
  // The first target with the engine may install it.
  this.timeout(600_000);
  const { CIFAR_RUN_CACHE } = process.env;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });

  afterEach(async () => {
    if (CIFAR_RUN_CACHE === undefined) delete process.env.CIFAR_RUN_CACHE;
    else process.env.CIFAR_RUN_CACHE = CIFAR_RUN_CACHE;
    await rm(folder, { recursive: true, force: true });
  });

  for (const { name, weight, prepare } of targets)
    it(`ends well or with a sentence: ${name}`, async () => {
      const own = join(folder, 'own');
      await mkdir(own);
      const prepared = await prepare(own);
      process.env.CIFAR_RUN_CACHE = join(own, 'cache');
      const endsWell = fc.asyncProperty(prepared.cases, async (input) => {
        await prepared.run(input).catch((error: Error) => {
          if (!('exitCode' in error)) throw error;
        });
      });
      await fc.assert(endsWell, {
        seed: 1,
        // A light target is a slow one.
        numRuns: weight < 1 ? 2 : (prepared.found?.length ?? 0) + CASES,
        examples: (prepared.found ?? []).map((each): [unknown] => [each]),
      });
      await prepared.close?.();
      expect(await readdir(folder)).to.deep.equal(['own']);
    });
});
