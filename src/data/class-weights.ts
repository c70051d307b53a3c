import { InputError } from '../common/errors.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import { placesByLabel } from './split.ts';

/**
 * Factor on the loss of each class's images. `balanced` gives rare classes the weight of frequent ones:
 * all images / (classes x images of the class), as scikit-learn's `compute_class_weight`. Classes that
 * a map does not name have 1, as in Keras.
 *
 * @param labels Of the training images, every class among them.
 * @throws InputError for a class that the data do not have.
 */
export function classWeights(
  config: DataConfig['classWeights'],
  classNames: readonly string[],
  labels: Int32Array,
): readonly number[] | null {
  if (config === null) return null;
  if (config === 'balanced')
    return placesByLabel(labels, classNames.length).map(
      (own) => labels.length / (classNames.length * own.length),
    );
  const unknown = Object.keys(config).filter((name) => !classNames.includes(name));
  if (unknown.length > 0)
    throw new InputError(
      `data.classWeights: the data have no class "${unknown.join('", "')}"; they have ${classNames.join(', ')}`,
    );
  return classNames.map((name) => config[name] ?? 1);
}
