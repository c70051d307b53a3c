import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../common/json.ts';
import { VALIDATION_ACCURACY } from '../experiment/metrics.ts';
import type { ClassificationReport, Scores } from './classification.ts';
import { type ImageSet, sameImages } from './image-set.ts';
import { type SeedNoise, seedNoise, type Verdict, verdictOn } from './statistics.ts';

/** A run as far as differences go. */
export interface DiffedRun {
  readonly name: string;
  readonly state: string;
  readonly settings: Readonly<Record<string, Json>>;
  /** Hashes and counts of its images, hashes of its first weights. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** What it was done with: versions, device, commit. */
  readonly environment: Readonly<Record<string, Json>>;
  /** How many it has, and which was the best. */
  readonly epochs: Readonly<Record<string, number>>;
  /** `model val_loss` of the finished model; `best val_loss`, `last val_loss`, … at these epochs. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Each metric, epoch by epoch. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  /** Of a finished run. */
  readonly answers: Answers | null;
  readonly images: ImageSet | null;
  /** `val_accuracy`, … of it and of the runs that differ from it in their seed alone. */
  readonly replicates: readonly Readonly<Record<string, number>>[];
}

/** What a finished run says of its validation images. */
export interface Answers {
  readonly classNames: readonly string[];
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  /** Probability of the predicted class. */
  readonly confidence: readonly number[];
  readonly report: ClassificationReport;
  /** Rows are true classes. */
  readonly confusion: readonly (readonly number[])[];
}

export interface Change<T> {
  readonly name: string;
  readonly first: T;
  readonly second: T;
}

/** What the second of two runs has otherwise than the first. */
export interface RunDiff {
  readonly settings: readonly Change<Json | undefined>[];
  readonly inputs: readonly Change<Json | undefined>[];
  readonly environment: readonly Change<Json | undefined>[];
  readonly epochs: readonly Change<number>[];
  /** All that both have, changed or not. */
  readonly metrics: readonly Change<number>[];
  readonly answers: AnswersDiff | null;
  /** Why there is nothing to say of their answers. */
  readonly unpaired: string | null;
  /** Of the accuracy; `null` where neither has replicates. */
  readonly seeds: SeedNoise | null;
}

/** Of two runs that answered the same images. */
export interface AnswersDiff {
  readonly verdict: Verdict;
  /** Those whose F1 moved most first. */
  readonly classes: readonly Change<Scores>[];
  /** Mistakes that became rarer or more frequent, the largest change first. */
  readonly mistakes: readonly (Change<number> & {
    readonly truth: string;
    readonly taken: string;
  })[];
  /** Images that only the second has right, the surest first. */
  readonly fixed: readonly Flip[];
  /** Images that only the first has right, those first of which the second is surest. */
  readonly broken: readonly Flip[];
}

/** A image that only one of two runs has right. */
export interface Flip {
  /** Among the validation images. */
  readonly index: number;
  readonly truth: string;
  readonly first: string;
  readonly second: string;
  /** The second's, in what it says. */
  readonly confidence: number;
}

export function diffRuns(first: DiffedRun, second: DiffedRun): RunDiff {
  const unpaired = whyUnpaired(first, second);
  const accuracies = ({ replicates }: DiffedRun) =>
    replicates.flatMap((replicate) => replicate[VALIDATION_ACCURACY] ?? []);
  return {
    settings: changes(first.settings, second.settings),
    inputs: changes(first.inputs, second.inputs),
    environment: changes(first.environment, second.environment),
    epochs: inBoth(first.epochs, second.epochs),
    metrics: inBoth(first.metrics, second.metrics),
    answers:
      unpaired === null && first.answers && second.answers
        ? diffAnswers(first.answers, second.answers)
        : null,
    unpaired,
    // Two seeds of one recipe are no two recipes.
    seeds: isOneRecipe(first, second) ? null : seedNoise(accuracies(first), accuracies(second)),
  };
}

/** What is not the same in both; `undefined` where one has nothing. */
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

function isOneRecipe(first: DiffedRun, second: DiffedRun): boolean {
  return changes(first.settings, second.settings).every(({ name }) => name === 'seed');
}

/** Answers to other images cannot be paired, and what is true of two samples need not be so of one. */
function whyUnpaired(first: DiffedRun, second: DiffedRun): string | null {
  for (const { name, state, answers } of [first, second]) {
    if (!answers) return `${name} has no predictions: it is ${state}, not finished`;
  }
  const [one, other] = [first.answers as Answers, second.answers as Answers];
  if (!isDeepStrictEqual(one.classNames, other.classNames)) return otherClasses(one, other);
  if (!first.images || !second.images) {
    return 'it is not known whether the runs answered the same images: environment.json is missing or tells no hash of them';
  }
  const isSame = isDeepStrictEqual(one.labels, other.labels);
  if (isSame && sameImages(first.images, second.images)) return null;
  const [seed, otherSeed] = [first.settings.seed, second.settings.seed];
  const hint =
    seed === otherSeed
      ? ''
      : `; a validation fraction and data.limit draw them by the seed, which is ${seed} and ${otherSeed}`;
  return `the runs answered different images, ${one.labels.length} and ${other.labels.length} of them${hint}`;
}

function otherClasses({ classNames }: Answers, other: Answers): string {
  const only = (own: readonly string[], others: readonly string[]) =>
    own.filter((name) => !others.includes(name)).join(', ') || 'none';
  const mine = only(classNames, other.classNames);
  const theirs = only(other.classNames, classNames);
  if (mine === 'none' && theirs === 'none') return 'the runs have their classes in another order';
  return `the runs know different classes: only the first ${mine}; only the second ${theirs}`;
}

function diffAnswers(first: Answers, second: Answers): AnswersDiff {
  const right = ({ labels, predicted }: Answers) =>
    labels.map((label, i) => label === predicted[i]);
  const [before, after] = [right(first), right(second)];
  const flips = before.flatMap((_, i) => (before[i] === after[i] ? [] : flip(first, second, i)));
  const surest = flips.toSorted((a, b) => b.confidence - a.confidence);
  return {
    verdict: verdictOn({ first: before, second: after }),
    classes: classChanges(first, second),
    mistakes: mistakeChanges(first, second),
    fixed: surest.filter(({ index }) => after[index]),
    broken: surest.filter(({ index }) => before[index]),
  };
}

function flip(first: Answers, second: Answers, index: number): Flip {
  const name = (label: number | undefined) => first.classNames[label ?? -1] ?? '';
  return {
    index,
    truth: name(first.labels[index]),
    first: name(first.predicted[index]),
    second: name(second.predicted[index]),
    confidence: second.confidence[index] ?? 0,
  };
}

function classChanges(first: Answers, second: Answers): Change<Scores>[] {
  const all = first.report.classes.map((scores, i) => ({
    name: first.classNames[i] ?? '',
    first: scores,
    second: second.report.classes[i] as Scores,
  }));
  const moved = ({ first, second }: Change<Scores>) => Math.abs(second.f1 - first.f1);
  return all.toSorted((a, b) => moved(b) - moved(a));
}

function mistakeChanges(first: Answers, second: Answers): AnswersDiff['mistakes'] {
  const all = first.confusion.flatMap((row, truth) =>
    row.map((count, taken) => {
      const names = [first.classNames[truth] ?? '', first.classNames[taken] ?? ''] as const;
      return {
        name: `${names[0]} taken for ${names[1]}`,
        truth: names[0],
        taken: names[1],
        first: count,
        second: second.confusion[truth]?.[taken] ?? 0,
        isMistake: truth !== taken,
      };
    }),
  );
  const moved = ({ first, second }: Change<number>) => Math.abs(second - first);
  return all
    .filter((change) => change.isMistake && change.first !== change.second)
    .toSorted((a, b) => moved(b) - moved(a))
    .map(({ isMistake, ...change }) => change);
}
