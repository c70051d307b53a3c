import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../config/experiment.ts';
import type { ClassificationReport, Scores } from './classification.ts';
import { type Verdict, verdictOn } from './paired.ts';

/** A run as far as differences go. */
export interface DiffedRun {
  readonly name: string;
  readonly settings: Readonly<Record<string, Json>>;
  /** What it was done with: versions, device, hashes of data and weights. */
  readonly environment: Readonly<Record<string, Json>>;
  /** `best val_accuracy`, `last val_loss`, `model val_loss`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** Each validation metric, epoch by epoch. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  /** Of a finished run. */
  readonly answers: Answers | null;
}

/** What a finished run says of its validation pictures. */
export interface Answers {
  readonly classNames: readonly string[];
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
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
  readonly environment: readonly Change<Json | undefined>[];
  /** All that both have, changed or not. */
  readonly metrics: readonly Change<number>[];
  readonly answers: AnswersDiff | null;
}

/** Of two runs that answered the same pictures. */
export interface AnswersDiff {
  readonly verdict: Verdict;
  /** Those whose F1 moved most first. */
  readonly classes: readonly Change<Scores>[];
  /** Mistakes that became rarer or more frequent, the largest change first. */
  readonly mistakes: readonly (Change<number> & {
    readonly truth: string;
    readonly taken: string;
  })[];
  /** Indexes of pictures. */
  readonly fixed: readonly number[];
  readonly broken: readonly number[];
}

export function diffRuns(first: DiffedRun, second: DiffedRun): RunDiff {
  return {
    settings: changes(first.settings, second.settings),
    environment: changes(first.environment, second.environment),
    metrics: Object.keys(first.metrics).flatMap((name) => {
      const [one, other] = [first.metrics[name], second.metrics[name]];
      return one === undefined || other === undefined ? [] : [{ name, first: one, second: other }];
    }),
    answers: first.answers && second.answers && diffAnswers(first.answers, second.answers),
  };
}

function changes(first: DiffedRun['settings'], second: DiffedRun['settings']) {
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return Array.from(names, (name) => ({ name, first: first[name], second: second[name] })).filter(
    (change) => !isDeepStrictEqual(change.first, change.second),
  );
}

/** `null` where the pictures are not the same: answers to others cannot be paired. */
function diffAnswers(first: Answers, second: Answers): AnswersDiff | null {
  if (!isDeepStrictEqual(first.labels, second.labels)) return null;
  if (!isDeepStrictEqual(first.classNames, second.classNames)) return null;
  const right = ({ labels, predicted }: Answers) =>
    labels.map((label, i) => label === predicted[i]);
  const [before, after] = [right(first), right(second)];
  const indexes = before.map((_, i) => i);
  return {
    verdict: verdictOn({ first: before, second: after }),
    classes: classChanges(first, second),
    mistakes: mistakeChanges(first, second),
    fixed: indexes.filter((i) => !before[i] && after[i]),
    broken: indexes.filter((i) => before[i] && !after[i]),
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
