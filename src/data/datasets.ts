import { InputError } from '../errors.ts';
import { cifar10 } from './cifar10.ts';
import { cifar100 } from './cifar100.ts';
import { csv } from './csv.ts';
import type { DatasetKind } from './dataset.ts';
import { digits } from './digits.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { folder } from './folder.ts';
import { mnist } from './mnist.ts';

/** Every data set, by the name that experiment files use; loading the table loads no decoder. */
const kinds: ReadonlyMap<string, DatasetKind> = new Map(
  [cifar10, cifar100, mnist, fashionMnist, digits, folder, csv].map((kind) => [kind.name, kind]),
);

export const datasetNames: readonly string[] = [...kinds.keys()];

/** @throws InputError when there is no such data set. */
export function datasetKind(name: string): DatasetKind {
  const kind = kinds.get(name);
  if (!kind)
    throw new InputError(
      `data.dataset: "${name}" is unknown; known are ${datasetNames.join(', ')}`,
    );
  return kind;
}
