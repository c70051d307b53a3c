import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import { uniforms } from '../common/random.ts';
import type { Sweep, SweepParameter } from '../experiment/file-types.ts';

/** Path of a setting in the experiment file to the value that it has in one run of a sweep. */
export type Settings = Readonly<Record<string, Json>>;

/** The most runs of one sweep: ten times what clusters take as one job array. */
const MAX_CELLS = 10_000;

/**
 * The settings of each run of a sweep, in the order in which they run: combinations as `method` says,
 * without those of `exclude`, then those of `include`, each with each of `seeds`. Equal settings would
 * give equal runs, so they run once.
 * @param seed the experiment's, which draws too.
 * @throws InputError when they are too many.
 */
export function sweepCells(sweep: Sweep, seed: number): Settings[] {
  const combinations = [...methods[sweep.method ?? 'grid'](sweep, seed)].filter(
    (settings) => !sweep.exclude?.some((excluded) => holds(settings, excluded as Settings)),
  );
  const wanted = [...combinations, ...((sweep.include ?? []) as Settings[])];
  const cells = new Map<string, Settings>();
  for (const settings of wanted) {
    for (const cell of withSeeds(settings, sweep.seeds ?? 1, seed)) {
      cells.set(JSON.stringify(cell), cell);
      if (cells.size > MAX_CELLS) throw tooMany();
    }
  }
  return [...cells.values()];
}

type Method = (sweep: Sweep, seed: number) => Iterable<Settings>;

const methods: Readonly<Record<NonNullable<Sweep['method']>, Method>> = { grid, zip, random };

/** The last setting changes fastest. */
function grid({ parameters }: Sweep): Settings[] {
  return Object.entries(parameters).reduce<Settings[]>(
    (combinations, [name, parameter]) => {
      const values = valuesOf(parameter);
      if (combinations.length * values.length > MAX_CELLS) throw tooMany();
      return combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
    },
    [{}],
  );
}

function zip({ parameters }: Sweep): Settings[] {
  const columns = Object.entries(parameters).map(([name, each]) => [name, valuesOf(each)] as const);
  const length = Math.min(...columns.map(([, values]) => values.length));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i] as Json])),
  );
}

/** A setting's draws depend on its name, not on what else is swept; more trials only add to them. */
function random({ parameters, trials }: Sweep, seed: number): Settings[] {
  const length = trials ?? 0;
  if (length > MAX_CELLS) throw tooMany();
  const columns = Object.entries(parameters).map(([name, parameter]) => {
    const draws = uniforms(length, [seed, 'sweep', name]);
    return [name, Array.from(draws, (uniform) => draw(parameter, uniform))] as const;
  });
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i] as Json])),
  );
}

/** @param uniform from [0, 1). */
function draw(parameter: SweepParameter, uniform: number): Json {
  const { values, min = 0, max = 0, scale, integer } = parameter;
  if (values) return values[Math.floor(uniform * values.length)] as Json;
  // Whole numbers share the range evenly: 1 to 3 are what falls into [1, 2), [2, 3) and [3, 4).
  const end = integer ? max + 1 : max;
  const value = scale === 'log' ? min * (end / min) ** uniform : min + (end - min) * uniform;
  return integer ? Math.min(max, Math.floor(value)) : value;
}

function valuesOf({ values = [] }: SweepParameter): Json[] {
  return values as Json[];
}

/** Whether some settings are among others. */
function holds(settings: Settings, some: Settings): boolean {
  return Object.entries(some).every(([name, value]) => isDeepStrictEqual(settings[name], value));
}

/** So many seeds count from the experiment's own; one changes nothing. */
function withSeeds(settings: Settings, seeds: number | number[], seed: number): Settings[] {
  if (seeds === 1) return [settings];
  const list =
    typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => seed + i) : seeds;
  return list.map((each) => ({ ...settings, seed: each }));
}

function tooMany(): InputError {
  return new InputError(`a sweep may have ${MAX_CELLS} runs at most`);
}
