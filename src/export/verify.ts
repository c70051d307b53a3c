import { predictClasses } from '../analysis/classification.ts';
import { RunError } from '../common/errors.ts';
import { formatPercent } from '../common/format.ts';
import type { Images } from '../data/dataset.ts';
import type { SavedModel } from '../predict/model.ts';
import { type PredictOptions, predictImages } from '../predict/predict.ts';

/** How an exported model predicts in another engine. */
export interface Verification {
  /** The name and the version of that engine. */
  readonly engine: string;
  readonly images: number;
  /** The share of images with the same most probable class, without ties. */
  readonly agreement: number;
  /** The largest difference of a probability. */
  readonly largestDifference: number;
  /** Of the other engine, for an image. */
  readonly milliseconds: number;
}

/** Another engine that has loaded an exported model. */
export interface OtherEngine {
  readonly name: string;
  /** Returns the probabilities, row-major, of images of the size of the training data, or of the first of them. */
  predict(images: Images): Promise<Float32Array>;
}

/** Two classes whose probabilities differ by less are equally probable: float32 rounds. */
const TIE = 1e-5;

/**
 * Compares the predictions of an exported model in another engine with those of this one, in float32.
 * @throws RunError if an image gets another class.
 */
export async function verify(
  other: OtherEngine,
  saved: SavedModel,
  images: Images,
  options: PredictOptions,
): Promise<Verification> {
  const classCount = saved.preprocessing.labels.length;
  const expected = new Float32Array(images.labels.length * classCount);
  let at = 0;
  for await (const row of predictImages({ ...saved, precision: 'float32' }, images, options)) {
    expected.set(row, at);
    at += row.length;
  }
  const start = performance.now();
  const found = await other.predict(images);
  const count = found.length / classCount;
  const milliseconds = (performance.now() - start) / count;
  const labels = images.labels.subarray(0, count);
  const classesOf = (probabilities: Float32Array) =>
    predictClasses({ labels, probabilities, classCount });
  const theirs = classesOf(found);
  const agreeing = classesOf(expected).filter(({ index, predicted, confidence }) => {
    const own = theirs[index]?.predicted ?? -1;
    return predicted === own || confidence - (expected[index * classCount + own] ?? 0) < TIE;
  });
  const differences = found.map((value, i) => Math.abs(value - (expected[i] ?? 0)));
  const verification: Verification = {
    engine: other.name,
    images: count,
    agreement: agreeing.length / count,
    largestDifference: differences.reduce((most, each) => (each <= most ? most : each), 0),
    milliseconds,
  };
  if (verification.agreement === 1) return verification;
  throw new RunError(
    `${other.name} predicts the class of this program for ${formatPercent(verification.agreement, 2)} of ${verification.images} images only, and should for all; the largest difference of a probability is ${verification.largestDifference.toPrecision(2)}`,
  );
}
