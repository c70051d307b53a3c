import { type Commands, Contestant, type ContestantName, contestants } from './contestant.ts';
import type { Answer, Work } from './task.ts';

/** A number that each contestant gave, the median of its rounds. */
export interface Row {
  readonly name: string;
  readonly unit: 's' | 'ms' | 'MiB';
  /** The most that ours may be of the better peer's. */
  readonly target: number;
  readonly values: Readonly<Record<ContestantName, number>>;
  /** Which of its ways each peer took, where it had several. */
  readonly variants: readonly string[];
  readonly rounds: number;
  /** What was measured of the whole and how it was brought up to it; empty: all of it. */
  readonly scaled: string;
}

export interface BenchOptions {
  readonly rounds: number;
  readonly threads: number;
  /** One way of each peer, tried no other. */
  readonly quick: boolean;
  readonly commands: Commands;
  /** Folder whose `train` has a folder of images for each class, and `test` a few more of them. */
  readonly images: string;
}

/** One or more rows of the results. Adding one is such a file and its line in `measures/table.ts`. */
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
  /** How much each does in a round. */
  readonly amount: (name: ContestantName) => number;
  /** Before it is measured; 0: not at all. */
  readonly warmUp: number;
}

export type Answers = Readonly<Record<ContestantName, readonly Answer[]>>;

/** All contestants in turn, round after round, so that what else the machine does meets all of them alike. */
export async function takeTurns(turns: Turns, options: BenchOptions): Promise<Answers> {
  const started: Contestant[] = [];
  const answers = { 'cifar-run': [] as Answer[], keras: [] as Answer[], torch: [] as Answer[] };
  try {
    for (const name of contestants) started.push(await startBest(name, turns.work(name), options));
    if (turns.warmUp > 0) for (const one of started) await one.run(turns.warmUp);
    for (let round = 0; round < options.rounds; round++)
      for (const one of started) answers[one.name].push(await one.run(turns.amount(one.name)));
    return answers;
  } finally {
    for (const one of started) await one.end();
  }
}

/** One that takes the fastest of its ways, and whose memory has seen no other. */
async function startBest(
  name: ContestantName,
  work: Work,
  { commands, threads, quick }: BenchOptions,
): Promise<Contestant> {
  const begin = (variant: string | null) =>
    Contestant.start(name, commands[name], { ...work, threads, variant });
  if (quick || (work.kind !== 'step' && work.kind !== 'inference')) return begin('');
  const trying = await begin(null);
  await trying.end();
  return begin(trying.variant);
}

/** The median of what `value` takes from each contestant's answers. */
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
