import { InputError } from '../errors.ts';
import type { DatasetKind } from './dataset.ts';
import { digits } from './digits.ts';
import { folder } from './folder.ts';

/** Every data set, by the name that experiment files use; loading the table loads no data and no decoder. */
const kinds: ReadonlyMap<string, DatasetKind> = new Map(
  [digits, folder].map((kind) => [kind.name, kind]),
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
