import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';
import { uniforms } from '../common/random.ts';
import type { Settings, SweepConfig } from '../experiment/experiment.ts';
import type { SweepParameter } from '../experiment/file-types.ts';

/** The most trials of a sweep: ten times the usual limit of a job array on clusters. */
const MAX_TRIALS = 10_000;

/**
 * Lists the settings of all trials of a sweep, in the order in which they run: the combinations of the method without
 * those of `exclude`, then those of `include`, each with each of `seeds`. Trials with equal settings appear once.
 * @param seed seed of the experiment, which also seeds the method `random`.
 * @throws InputError if there are too many.
 */
export function listTrials(sweep: SweepConfig, seed: number): Settings[] {
  const combinations = [...METHODS[sweep.method](sweep, seed)].filter(
    (settings) => !sweep.exclude.some((excluded) => includes(settings, excluded)),
  );
  const trials = new Map<string, Settings>();
  for (const cell of [...combinations, ...sweep.include]) {
    for (const settings of withSeeds(cell, sweep.seeds, seed)) {
      trials.set(JSON.stringify(settings), settings);
      if (trials.size > MAX_TRIALS) throw tooMany();
    }
  }
  return [...trials.values()];
}

/** `phases.head.epochs=4, phases.head.optimizer.learningRate=0.001` */
export function showSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${formatJson(value)}`)
    .join(', ');
}

type Method = (sweep: SweepConfig, seed: number) => Iterable<Settings>;

const METHODS: Readonly<Record<SweepConfig['method'], Method>> = { grid, zip, random };

/** The last parameter changes fastest. */
function grid({ parameters }: SweepConfig): Settings[] {
  return Object.entries(parameters).reduce<Settings[]>(
    (combinations, [name, parameter]) => {
      const values = valuesOf(parameter);
      if (combinations.length * values.length > MAX_TRIALS) throw tooMany();
      return combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
    },
    [{}],
  );
}

function zip({ parameters }: SweepConfig): Settings[] {
  const columns = Object.entries(parameters).map(([name, each]) => [name, valuesOf(each)] as const);
  const length = Math.min(...columns.map(([, values]) => values.length));
  return transpose(columns, length);
}

/** The draws of a parameter depend on its name alone; more trials only add draws. */
function random({ parameters, trials }: SweepConfig, seed: number): Settings[] {
  const length = trials ?? 0;
  if (length > MAX_TRIALS) throw tooMany();
  const columns = Object.entries(parameters).map(([name, parameter]) => {
    const draws = uniforms(length, [seed, 'sweep', name]);
    return [name, Array.from(draws, (uniform) => draw(parameter, uniform))] as const;
  });
  return transpose(columns, length);
}

function transpose(
  columns: readonly (readonly [name: string, values: readonly Json[]])[],
  length: number,
): Settings[] {
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i] as Json])),
  );
}

/** @param uniform from [0, 1). */
function draw(parameter: SweepParameter, uniform: number): Json {
  const { values, min = 0, max = 0, scale, integer } = parameter;
  if (values) return values[Math.floor(uniform * values.length)] as Json;
  // Whole numbers share the range evenly: 1 to 3 come from [1, 2), [2, 3) and [3, 4).
  const end = integer ? max + 1 : max;
  const value = scale === 'log' ? min * (end / min) ** uniform : min + (end - min) * uniform;
  return integer ? Math.min(max, Math.floor(value)) : value;
}

function valuesOf({ values = [] }: SweepParameter): Json[] {
  return values as Json[];
}

/** Tells if `settings` have all values of `some`. */
function includes(settings: Settings, some: Settings): boolean {
  return Object.entries(some).every(([name, value]) => areEqual(settings[name], value));
}

/** A comparison of plain values first: a sweep may have millions of them. */
function areEqual(a: Json | undefined, b: Json): boolean {
  return a === b || (typeof a === 'object' && isDeepStrictEqual(a, b));
}

/** One seed changes nothing; more are counted from the seed of the experiment. */
function withSeeds(settings: Settings, seeds: SweepConfig['seeds'], seed: number): Settings[] {
  if (seeds === 1) return [settings];
  if (typeof seeds === 'number' && seeds > MAX_TRIALS) throw tooMany();
  const list =
    typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => seed + i) : seeds;
  return list.map((each) => ({ ...settings, seed: each }));
}

function tooMany(): InputError {
  return new InputError(`a sweep may have at most ${MAX_TRIALS} trials`);
}
