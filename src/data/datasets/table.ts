import { DataError, type DatasetKind } from '../dataset.ts';
import { cifar10, cifar100 } from './cifar.ts';
import { csv } from './csv.ts';
import { digits } from './digits.ts';
import { folder } from './folder.ts';
import { fashionMnist, mnist } from './idx.ts';

/** All datasets, by their names in experiment files. Loading the table loads no decoder. */
const kinds: ReadonlyMap<string, DatasetKind> = new Map(
  [cifar10, cifar100, mnist, fashionMnist, digits, folder, csv].map((kind) => [kind.name, kind]),
);

export const datasetNames: readonly string[] = [...kinds.keys()];

/** @throws DataError when there is no such dataset. */
export function datasetKind(name: string): DatasetKind {
  const kind = kinds.get(name);
  if (!kind)
    throw new DataError('dataset', `"${name}" is unknown; known are ${datasetNames.join(', ')}`);
  return kind;
}

/** The classes that an experiment names, or that its dataset always has; `null` if the data must be read. */
export function knownClasses({
  dataset,
  classes,
}: {
  readonly dataset: string;
  readonly classes?: readonly string[] | null;
}): readonly string[] | null {
  return classes ?? kinds.get(dataset)?.classNames ?? null;
}
