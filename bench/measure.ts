import { type Commands, Contestant, type ContestantName, contestants } from './contestant.ts';
import type { Answer, BenchPrecision, Work } from './task.ts';

/** Maximum ratios to the better peer in the same precision. */
export const TARGETS: Readonly<Record<BenchPrecision, number>> = { float32: 1, bfloat16: 0.9 };

/** Ends the name of a row. */
export const precisionSuffix = (precision: BenchPrecision): string =>
  precision === 'float32' ? '' : `, ${precision}`;

/** A row of the results: one number for each contestant, the median over its rounds. */
export interface Row {
  readonly name: string;
  readonly unit: 's' | 'ms' | 'MiB';
  /** Maximum ratio of the number of cifar-run to that of the better peer. */
  readonly target: number;
  /** For a row in bfloat16: the number of the better peer in float32, and the maximum ratio to it. */
  readonly toFloat32?: { readonly peer: number; readonly target: number };
  readonly values: Readonly<Record<ContestantName, number>>;
  /** The variant that each peer used, if it has several. */
  readonly variants: readonly string[];
  readonly rounds: number;
  /** The measured part and how the whole was extrapolated from it; empty if the whole was measured. */
  readonly scaled: string;
}

export interface BenchOptions {
  readonly rounds: number;
  readonly threads: number;
  /** Measures only the default variant of each peer. */
  readonly quick: boolean;
  readonly commands: Commands;
  /** A folder with `train` and `test`, each with one folder of images per class. */
  readonly images: string;
}

/** Measures one or more rows of the results. A new measure is a file and its line in `measures/table.ts`. */
export interface Measure {
  readonly name: string;
  readonly needsImages: boolean;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

export interface Turns {
  readonly work: (name: ContestantName) => Work;
  /** Lets a contestant take its turn in a round. */
  readonly turn: (contestant: Contestant) => Promise<Answer>;
  /** The amount of work before the first round; 0 for none. */
  readonly warmUp: number;
}

/** Length of a turn of steps, in seconds. People train in one stretch. */
export const TURN = 5;
/** Seconds of steps before each turn, in which the processor's caches and clock recover from the turns of the others. */
export const WARM_UP = 1;

/** Takes a turn of at least five seconds. The answer's seconds are those of one unit of work. */
export async function longTurn(contestant: Contestant): Promise<Answer> {
  let [warmUp, fastest] = [0, Number.POSITIVE_INFINITY];
  while (warmUp < WARM_UP) {
    const { seconds } = await contestant.run(1);
    warmUp += seconds;
    fastest = Math.min(fastest, seconds);
  }
  const amount = Math.ceil(TURN / fastest);
  const answer = await contestant.run(amount);
  return { ...answer, seconds: answer.seconds / amount };
}

export type Answers = Readonly<Record<ContestantName, readonly Answer[]>>;

/** Measures all contestants in turns, so that other load on the machine affects them equally. */
export async function takeTurns(turns: Turns, options: BenchOptions): Promise<Answers> {
  const started: Contestant[] = [];
  const answers = { 'cifar-run': [] as Answer[], keras: [] as Answer[], torch: [] as Answer[] };
  try {
    for (const name of contestants) started.push(await startBest(name, turns.work(name), options));
    if (turns.warmUp > 0) for (const one of started) await one.run(turns.warmUp);
    for (let round = 0; round < options.rounds; round++)
      for (const one of started) answers[one.name].push(await turns.turn(one));
    return answers;
  } finally {
    for (const one of started) await one.end();
  }
}

/** Starts a contestant with its fastest variant. The variants are tried in another process, to keep its peak memory clean. */
async function startBest(
  name: ContestantName,
  work: Work,
  { commands, threads, quick }: BenchOptions,
): Promise<Contestant> {
  const startWith = (variant: string | null) =>
    Contestant.start(name, commands[name], { ...work, threads, variant });
  if (quick || (work.kind !== 'step' && work.kind !== 'inference')) return startWith('');
  const trying = await startWith(null);
  await trying.end();
  return startWith(trying.variant);
}

/** The median of a value over the answers of each contestant. */
export function medians(
  answers: Answers,
  value: (answer: Answer, name: ContestantName) => number,
): Pick<Row, 'values' | 'variants' | 'rounds'> {
  const of = (name: ContestantName) => median(answers[name].map((answer) => value(answer, name)));
  const variants = contestants.flatMap((name) => {
    const variant = answers[name][0]?.variant;
    return variant ? [`${name}: ${variant}`] : [];
  });
  return {
    values: { 'cifar-run': of('cifar-run'), keras: of('keras'), torch: of('torch') },
    variants,
    rounds: answers['cifar-run'].length,
  };
}
