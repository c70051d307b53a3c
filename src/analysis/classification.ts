/** The class probabilities of some labelled images. */
export interface ClassProbabilities {
  /** True class of each image, 0 to `classCount - 1`. */
  readonly labels: ArrayLike<number>;
  /** Row-major, `classCount` probabilities for each image. */
  readonly probabilities: ArrayLike<number>;
  readonly classCount: number;
}

/** The prediction for one image. */
export interface Prediction {
  /** Position in the split, from 0. */
  readonly index: number;
  /** The true class. */
  readonly label: number;
  /** The most probable class; of several, the first. */
  readonly predicted: number;
  /** The probability of that class. */
  readonly confidence: number;
}

/** The predictions for a split, and the names of the classes and images. */
export interface ClassifiedImages {
  readonly classNames: readonly string[];
  /** One for each image, in order. */
  readonly predictions: readonly Prediction[];
  /** The path of each image within the dataset, or its split and its index there. */
  readonly imageNames: readonly string[];
}

/** Scores of one class, or their average over classes; all but `support` from 0 to 1. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The number of images of the class. */
  readonly support: number;
}

export interface ClassificationReport {
  /** In the order of the labels. */
  readonly classes: readonly Scores[];
  readonly accuracy: number;
  /** All classes have equal weight. */
  readonly macroAverage: Scores;
  /** All images have equal weight. */
  readonly weightedAverage: Scores;
}

/** The prediction for each image, in order. */
export function predictClasses({
  labels,
  probabilities,
  classCount,
}: ClassProbabilities): Prediction[] {
  return Array.from(labels, (label, index) => {
    const start = index * classCount;
    let best = start;
    for (let i = start + 1; i < start + classCount; i++)
      if (at(probabilities, i) > at(probabilities, best)) best = i;
    return { index, label, predicted: best - start, confidence: at(probabilities, best) };
  });
}

/** `matrix[i][j]` is the number of images of class `i` that are predicted as class `j`, as in scikit-learn. */
export function confusionMatrix(
  predictions: readonly Prediction[],
  classCount: number,
): readonly (readonly number[])[] {
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (const { label, predicted } of predictions) {
    const row = matrix[label] as number[];
    row[predicted] = at(row, predicted) + 1;
  }
  return matrix;
}

/**
 * scikit-learn's `classification_report` with all classes in `labels` and `zero_division=0`: a score whose denominator
 * is zero is zero.
 * @param isAveraged whether the macro average includes a class; absent: all.
 */
export function classificationReport(
  confusion: readonly (readonly number[])[],
  isAveraged: (scores: Scores) => boolean = () => true,
): ClassificationReport {
  const classes = confusion.map((row, i) => {
    const correct = at(row, i);
    const support = sum(row);
    const predicted = sum(confusion.map((other) => at(other, i)));
    return {
      precision: ratio(correct, predicted),
      recall: ratio(correct, support),
      f1: ratio(2 * correct, support + predicted),
      support,
    };
  });
  const total = sum(classes.map((scores) => scores.support));
  const average = (weight: (scores: Scores) => number): Scores => {
    const mean = (score: (scores: Scores) => number) =>
      ratio(sum(classes.map((c) => weight(c) * score(c))), sum(classes.map(weight)));
    return {
      precision: mean((c) => c.precision),
      recall: mean((c) => c.recall),
      f1: mean((c) => c.f1),
      support: total,
    };
  };
  return {
    classes,
    accuracy: ratio(sum(confusion.map((row, i) => at(row, i))), total),
    macroAverage: average((c) => Number(isAveraged(c))),
    weightedAverage: average((c) => c.support),
  };
}

/**
 * The share of images whose true class is among the `k` most probable. Equally probable classes rank in their order, so
 * that `k = 1` is the accuracy.
 */
export function topKAccuracy(
  { labels, probabilities, classCount }: ClassProbabilities,
  k: number,
): number {
  const hits = Array.from(labels).filter((label, index) => {
    const start = index * classCount;
    const truth = at(probabilities, start + label);
    let before = 0;
    for (let c = 0; c < classCount; c++) {
      const p = at(probabilities, start + c);
      if (p > truth || (p === truth && c < label)) before++;
    }
    return before < k;
  });
  return ratio(hits.length, labels.length);
}

/**
 * scikit-learn's `log_loss`: the mean negative logarithm of the probability of the true class, clipped to the precision
 * of the numbers.
 */
export function logLoss({ labels, probabilities, classCount }: ClassProbabilities): number {
  const epsilon = probabilities instanceof Float32Array ? 2 ** -23 : Number.EPSILON;
  const losses = Array.from(labels, (label, index) => {
    const p = at(probabilities, index * classCount + label);
    return -Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));
  });
  return ratio(sum(losses), labels.length);
}

/**
 * The mean difference between confidence and accuracy over bins of equal width, open below and closed above, weighted by
 * their images (Guo et al. 2017, "On Calibration of Modern Neural Networks").
 */
export function expectedCalibrationError(predictions: readonly Prediction[], bins = 15): number {
  const gaps = new Array<number>(bins).fill(0);
  for (const { label, predicted, confidence } of predictions) {
    const above = gaps.findIndex((_, bin) => confidence <= (bin + 1) * (1 / bins));
    const bin = above < 0 ? bins - 1 : above;
    gaps[bin] = at(gaps, bin) + Number(label === predicted) - confidence;
  }
  return ratio(sum(gaps.map(Math.abs)), predictions.length);
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
