import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../common/json.ts';
import { VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import {
  type ClassifiedImages,
  classificationReport,
  confusionMatrix,
  type Prediction,
  type Scores,
} from './classification.ts';
import { type SeedNoise, seedNoise, type Verdict, verdictOn } from './statistics.ts';

/** A run in the form in which two runs are compared. */
export interface DiffedRun {
  readonly name: string;
  readonly state: string;
  readonly settings: Readonly<Record<string, Json>>;
  /** Hashes and numbers of its images, hashes of its initial weights. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** Versions, device, commit. */
  readonly environment: Readonly<Record<string, Json>>;
  /** The number of epochs, and the best one. */
  readonly epochs: Readonly<Record<string, number>>;
  /** `model val_loss` of the final model; `best val_loss`, `last val_loss`, … of these epochs. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The values of each metric, epoch by epoch. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  /** `null` until the run finishes. */
  readonly predictions: ClassifiedImages | null;
  readonly images: ImageSet | null;
  /** The final metrics, keyed by column, of the run and of the runs that differ from it only in their seed; by seed. */
  readonly replicates: ReadonlyMap<number, Readonly<Record<string, number>>>;
}

/** Identifies the images that a run is validated on. */
export interface ImageSet {
  /** SHA-256 of everything that the model sees of the data. */
  readonly data: string;
  /** `null` in runs of early versions. */
  readonly validation: ValidationImages | null;
}

export interface ValidationImages {
  /** Height, width and channels of the model's input. */
  readonly size: readonly number[];
  /** SHA-256 of the pixels that the model sees. */
  readonly pixels: string;
  /** SHA-256 of the paths within the dataset; `null` for images that are not files. */
  readonly paths: string | null;
}

export interface Change<T> {
  readonly name: string;
  readonly first: T;
  readonly second: T;
}

/** The differences between two runs. */
export interface RunDiff {
  readonly settings: readonly Change<Json | undefined>[];
  readonly inputs: readonly Change<Json | undefined>[];
  readonly environment: readonly Change<Json | undefined>[];
  readonly epochs: readonly Change<number>[];
  /** All metrics that both runs have, changed or not. */
  readonly metrics: readonly Change<number>[];
  readonly predictions: PredictionDiff | null;
  /** The reason why the predictions cannot be compared. */
  readonly unpaired: string | null;
  /** The noise of the accuracy; `null` if neither run has replicates. */
  readonly seeds: SeedNoise | null;
}

/** The differences between two runs' predictions for the same images. */
export interface PredictionDiff {
  readonly verdict: Verdict;
  /** The largest change of F1 first. */
  readonly classes: readonly Change<Scores>[];
  /** Mistakes that became rarer or more frequent, the largest change first. */
  readonly mistakes: readonly (Change<number> & {
    readonly truth: string;
    readonly predicted: string;
  })[];
  /** Images that only the second run predicts correctly, most confident first. */
  readonly fixed: readonly Flip[];
  /** Images that only the first run predicts correctly, those with the second's most confident mistake first. */
  readonly broken: readonly Flip[];
}

/** An image that only one of two runs predicts correctly. */
export interface Flip {
  /** Position in the validation split, from 0. */
  readonly index: number;
  /** Path within the dataset, or the split and the index there. */
  readonly image: string;
  /** Name of the true class. */
  readonly truth: string;
  /** Names of the predicted classes. */
  readonly first: string;
  readonly second: string;
  /** The probability of the second prediction. */
  readonly confidence: number;
}

export function diffRuns(first: DiffedRun, second: DiffedRun): RunDiff {
  const unpaired = whyUnpaired(first, second);
  const accuracies = ({ replicates }: DiffedRun) =>
    new Map(
      [...replicates].flatMap(([seed, { [VALIDATION_ACCURACY]: accuracy }]) =>
        accuracy === undefined ? [] : [[seed, accuracy] as const],
      ),
    );
  const isSeedOnly = changes(first.settings, second.settings).every(({ name }) => name === 'seed');
  return {
    settings: changes(first.settings, second.settings),
    inputs: changes(first.inputs, second.inputs),
    environment: changes(first.environment, second.environment),
    epochs: inBoth(first.epochs, second.epochs),
    metrics: inBoth(first.metrics, second.metrics),
    predictions:
      unpaired === null && first.predictions && second.predictions
        ? diffPredictions(first.predictions, second.predictions)
        : null,
    unpaired,
    // Two runs that differ only in their seed are replicates of each other.
    seeds: isSeedOnly ? null : seedNoise(accuracies(first), accuracies(second)),
  };
}

/** The entries that differ; `undefined` where one side lacks the entry. */
export function changes(first: Readonly<Record<string, Json>>, second: typeof first) {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Array.from(names, (name) => ({ name, first: first[name], second: second[name] })).filter(
    (change) => !isDeepStrictEqual(change.first, change.second),
  );
}

function inBoth(first: Readonly<Record<string, number>>, second: typeof first): Change<number>[] {
  return Object.keys(first).flatMap((name) => {
    const [one, other] = [first[name], second[name]];
    return one === undefined || other === undefined ? [] : [{ name, first: one, second: other }];
  });
}

/** Predictions for different images cannot be paired, and differences between two samples may be due to the samples. */
function whyUnpaired(first: DiffedRun, second: DiffedRun): string | null {
  for (const { name, state, predictions } of [first, second]) {
    if (!predictions) return `${name} has no predictions: it is ${state}, not finished`;
  }
  const [one, other] = [first.predictions, second.predictions] as [
    ClassifiedImages,
    ClassifiedImages,
  ];
  if (!isDeepStrictEqual(one.classNames, other.classNames)) return describeClasses(one, other);
  if (!first.images || !second.images) {
    return 'it is unknown whether the runs were validated on the same images: environment.json is missing or has no hash of them';
  }
  const labelsOf = ({ predictions }: ClassifiedImages) => predictions.map(({ label }) => label);
  const isSame = isDeepStrictEqual(labelsOf(one), labelsOf(other));
  if (isSame && areSameImages(first.images, second.images)) return null;
  const [seed, otherSeed] = [first.settings.seed, second.settings.seed];
  const hint =
    seed === otherSeed
      ? ''
      : `; a validation fraction and data.limit select images by the seed, which is ${seed} and ${otherSeed}; data.splitSeed gives both the same images`;
  return `the runs were validated on different images, ${one.predictions.length} and ${other.predictions.length} of them${hint}`;
}

/** Images that two models take in different sizes are compared by their paths, all others by their pixels. */
export function areSameImages(first: ImageSet, second: ImageSet): boolean {
  if (first.data === second.data) return true;
  const [one, other] = [first.validation, second.validation];
  if (one === null || other === null) return false;
  if (one.size.join() === other.size.join()) return one.pixels === other.pixels;
  return one.paths !== null && one.paths === other.paths;
}

function describeClasses({ classNames }: ClassifiedImages, other: ClassifiedImages): string {
  const only = (own: readonly string[], others: readonly string[]) =>
    own.filter((name) => !others.includes(name)).join(', ') || 'none';
  const onlyFirst = only(classNames, other.classNames);
  const onlySecond = only(other.classNames, classNames);
  if (onlyFirst === 'none' && onlySecond === 'none')
    return 'the runs have their classes in a different order';
  return `the runs have different classes: only the first ${onlyFirst}; only the second ${onlySecond}`;
}

function diffPredictions(first: ClassifiedImages, second: ClassifiedImages): PredictionDiff {
  const { classNames } = first;
  const isCorrect = ({ label, predicted }: Prediction) => label === predicted;
  const correctFirst = first.predictions.map(isCorrect);
  const correctSecond = second.predictions.map(isCorrect);
  const flips = second.predictions.flatMap((prediction, i): Flip[] => {
    if (correctFirst[i] === correctSecond[i]) return [];
    const { index, label, predicted, confidence } = prediction;
    return [
      {
        index,
        image: second.imageNames[index] ?? '',
        truth: classNames[label] ?? '',
        first: classNames[first.predictions[i]?.predicted ?? -1] ?? '',
        second: classNames[predicted] ?? '',
        confidence,
      },
    ];
  });
  const surest = flips.toSorted((a, b) => b.confidence - a.confidence);
  const [before, after] = [first, second].map(({ predictions }) =>
    confusionMatrix(predictions, classNames.length),
  ) as [Confusion, Confusion];
  return {
    verdict: verdictOn({ first: correctFirst, second: correctSecond }),
    classes: classChanges(classNames, before, after),
    mistakes: mistakeChanges(classNames, before, after),
    fixed: surest.filter(({ index }) => correctSecond[index]),
    broken: surest.filter(({ index }) => correctFirst[index]),
  };
}

type Confusion = readonly (readonly number[])[];

function classChanges(
  classNames: readonly string[],
  before: Confusion,
  after: Confusion,
): Change<Scores>[] {
  const scores = classificationReport(after).classes;
  const all = classificationReport(before).classes.map((first, i) => {
    return { name: classNames[i] ?? '', first, second: scores[i] as Scores };
  });
  const size = ({ first, second }: Change<Scores>) => Math.abs(second.f1 - first.f1);
  return all.toSorted((a, b) => size(b) - size(a));
}

function mistakeChanges(
  classNames: readonly string[],
  before: Confusion,
  after: Confusion,
): PredictionDiff['mistakes'] {
  const pairs = before.flatMap((row, i) =>
    row.flatMap((first, j) => {
      if (i === j) return [];
      const [truth, predicted] = [classNames[i] ?? '', classNames[j] ?? ''];
      const second = after[i]?.[j] ?? 0;
      return [{ name: `${truth} predicted as ${predicted}`, truth, predicted, first, second }];
    }),
  );
  const size = ({ first, second }: Change<number>) => Math.abs(second - first);
  return pairs
    .filter(({ first, second }) => first !== second)
    .toSorted((a, b) => size(b) - size(a));
}
