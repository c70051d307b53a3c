import { writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { didYouMean } from '../common/did-you-mean.ts';
import { InputError, RunError } from '../common/errors.ts';
import { statOrNull } from '../common/files.ts';
import { formatPercent } from '../common/format.ts';
import { chooseData, type DataChoice } from '../config/data-choice.ts';
import type { LoadContext } from '../data/dataset.ts';
import { datasetNames } from '../data/datasets/table.ts';
import { isUrl } from '../data/files/source.ts';
import { chooseCompiler, type Engine } from '../engine/engine.ts';
import { detectPrecisionSupport } from '../engine/hardware.ts';
import { startEngine } from '../engine/start-engine.ts';
import {
  chooseBest,
  experimentText,
  formatAccuracy,
  probeTable,
  type Recommendation,
} from '../init/experiment-text.ts';
import { type Candidate, measureFlip, type ProbedFeatures, probe } from '../init/probe.ts';
import { readTrainSample, type Survey, type SurveyOptions, survey } from '../init/survey.ts';
import { surveyLines } from '../init/survey-text.ts';
import { backbones } from '../model/backbones/table.ts';
import { resolvePrecision } from '../plan/precision.ts';
import { chooseProgress, silentProgress } from '../progress/display.ts';
import type { Progress } from '../progress/progress.ts';
import { commandLine } from '../runs/places.ts';
import { parseWholeNumber } from './options.ts';

export interface InitOptions {
  /** The file to write. */
  readonly out?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** Names, separated by commas. */
  readonly backbones?: string;
  /** Pixels, separated by commas. */
  readonly sizes?: string;
  /** The most training images to measure with. */
  readonly images: string;
  /** The number of random splits. */
  readonly splits: string;
  readonly signal: AbortSignal;
}

/** Backbones whose ImageNet weights are in the Python package index. */
const DEFAULT_BACKBONES = ['efficientnetLite0', 'mobilenetV2'];
/** Sizes for images with a shorter side of at most `SMALL` pixels, and for others. */
const SIZES = { small: [96, 160], large: [160, 224] };
const SMALL = 64;
/** The size of the first look: the largest one of photos. */
const LOOK = 224;
/** The least height and width that all backbones take. */
const LEAST_SIZE = 32;

/**
 * `cifar-run init [DATA]`: looks at images, measures backbones on a sample, and writes an experiment with the best one. Asks for
 * what is missing on a terminal.
 *
 * @throws InputError for wrong options or images, or if the file exists; RunError if no backbone could be measured.
 */
export async function initCommand(word: string | undefined, options: InitOptions): Promise<void> {
  const asker = openAsker(options);
  try {
    await writeExperiment(word, options, asker);
  } finally {
    asker?.close();
  }
}

async function writeExperiment(
  word: string | undefined,
  options: InitOptions,
  asker: Asker | null,
): Promise<void> {
  const { json = false, verbose = false, signal } = options;
  const most = parseWholeNumber('--images', options.images, 10) as number;
  const splits = parseWholeNumber('--splits', options.splits, 1) as number;
  const named = readBackbones(options.backbones);
  const sizes = readSizes(options.sizes);
  const chosen = word ?? (await asker?.ask('Folder, archive, table or name of the images', ''));
  if (!chosen)
    throw new InputError(
      `name the images: a folder, an archive, a .csv table, or one of ${datasetNames.filter((name) => name !== 'folder' && name !== 'csv').join(', ')}`,
    );
  const data = chooseData(chosen);
  const name = nameOf(data);
  const out =
    options.out ?? (await asker?.ask('Write the experiment to', `${name}.yaml`)) ?? `${name}.yaml`;
  await requireFree(out, options, asker);

  const progress = json ? silentProgress : await chooseProgress();
  const read = (size: number, step: Pick<LoadContext, 'report' | 'note'>): SurveyOptions => {
    return { ...data, seed: 0, most, context: { imageShape: [size, size, 3], signal, ...step } };
  };
  const surveyed = await progress.step('Images', (step) =>
    survey(read(sizes ? Math.max(...sizes) : LOOK, step)),
  );
  if (!json) print(surveyLines(surveyed));
  const usual = isSmall(surveyed) ? SIZES.small : SIZES.large;
  const inputSizes =
    sizes ?? readSizes(await asker?.ask('Input sizes to compare', usual.join(', '))) ?? usual;
  const compared =
    named ??
    readBackbones(await asker?.ask('Backbones to compare', DEFAULT_BACKBONES.join(', '))) ??
    DEFAULT_BACKBONES;

  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ threads: null, verbose, compiler: chooseCompiler(true), report }),
  );
  const candidates = inputSizes.flatMap((size) => compared.map((backbone) => ({ backbone, size })));
  const measured = await measure(candidates, {
    surveyed,
    splits,
    engine,
    progress,
    signal,
    readSample: (size, step) => readTrainSample(read(size, step)),
  });
  const recommendation: Recommendation = {
    name,
    data,
    survey: surveyed,
    seeds: splits,
    ...measured,
  };
  const text = experimentText(recommendation, pathsIn(out, data));
  await writeFile(out, text, { flag: options.force || asker ? 'w' : 'wx' });
  if (json) print([JSON.stringify(jsonOf(recommendation, out), null, 2)]);
  else
    print([
      '',
      ...probeTable(recommendation),
      '',
      `wrote ${out}`,
      `  ${commandLine(['check', out])}`,
      `  ${commandLine([out])}`,
    ]);
}

interface Measuring {
  readonly surveyed: Survey;
  readonly splits: number;
  readonly engine: Engine;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly readSample: (
    size: number,
    step: Pick<LoadContext, 'report' | 'note'>,
  ) => Promise<Survey['sample']['train']>;
}

/** Measures all candidates, and what flips do to the best one. @throws RunError if none could be measured. */
async function measure(
  candidates: readonly Candidate[],
  { surveyed, splits, engine, progress, signal, readSample }: Measuring,
): Promise<Pick<Recommendation, 'probed' | 'best' | 'flip'>> {
  const seeds = Array.from({ length: splits }, (_, i) => i);
  const support = await detectPrecisionSupport('auto');
  const { inference: precision } = resolvePrecision(
    { training: 'auto', inference: 'auto' },
    support,
  );
  const context = { classCount: surveyed.classNames.length, seeds, engine, precision, signal };
  const results: ProbedFeatures[] = [];
  const reasons: string[] = [];
  const imagesOf = async (size: number, step: Pick<LoadContext, 'report' | 'note'>) => {
    const { train } = surveyed.sample;
    // Decoding a photo takes longer than its features, so those of the first look are shrunk, to more than half their size.
    const isNear = !isSmall(surveyed) && size <= train.height && 2 * size > train.height;
    const isRead = !surveyed.areFiles || train.height === size || isNear;
    return isRead ? train : readSample(size, step);
  };
  for (const candidate of candidates) {
    const title = `${candidate.backbone}, ${candidate.size} × ${candidate.size}`;
    await progress.step(title, async (step) => {
      const images = await imagesOf(candidate.size, step);
      try {
        const result = await probe(candidate, images, { ...context, ...step });
        results.push(result);
        step.note(formatAccuracy(result.probed));
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        reasons.push(`${candidate.backbone}: ${error.message}`);
        step.warn(`left out: ${error.message}`);
      }
    });
  }
  if (results.length === 0) throw new RunError([...new Set(reasons)].join('\n'));
  const probed = results.map((result) => result.probed);
  const best = chooseBest(probed, splits);
  const winner = results.find((result) => result.probed === best) as ProbedFeatures;
  const flip = await progress.step('Mirrored images', async (step) => {
    const effect = await measureFlip(winner, await imagesOf(best.size, step), {
      ...context,
      ...step,
    });
    step.note(
      `${formatPercent(effect.flipped, 1)}, not mirrored ${formatPercent(effect.plain, 1)}`,
    );
    return effect;
  });
  for (const { labelled } of results) labelled.features.dispose();
  return { probed, best, flip };
}

function isSmall({ sizes: { width, height } }: Survey): boolean {
  return Math.min(width.median, height.median) <= SMALL;
}

/** @throws InputError for an unknown backbone. */
function readBackbones(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const names = text.split(/[\s,]+/).filter(Boolean);
  const unknown = names.find((name) => !backbones[name]);
  if (unknown !== undefined || names.length === 0) {
    const known = Object.keys(backbones);
    throw new InputError(
      `--backbones takes names, separated by commas: ${known.join(', ')}. Received: ${text}${didYouMean(unknown ?? '', known)}`,
    );
  }
  return names;
}

/** @throws InputError unless all sizes are whole numbers that every backbone takes. */
function readSizes(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const sizes = text.split(/[\s,]+/).filter(Boolean);
  if (sizes.length > 0 && sizes.every((size) => /^\d+$/.test(size) && Number(size) >= LEAST_SIZE)) {
    return sizes.map(Number);
  }
  throw new InputError(
    `--sizes takes heights of square inputs of at least ${LEAST_SIZE} pixels, separated by commas, e.g. 160,224. Received: ${text}`,
  );
}

/** A name for the experiment: that of the dataset, folder, archive or table. */
function nameOf({ dataset, source }: DataChoice): string {
  if (source === null) return dataset;
  const file = basename(source).replace(/(\.tar)?\.\w+$/, '');
  return file.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '') || 'experiment';
}

/** @throws InputError if the file exists and may not be replaced. */
async function requireFree(
  out: string,
  { force }: InitOptions,
  asker: Asker | null,
): Promise<void> {
  if (force || !statOrNull(out)) return;
  if (asker && /^y(es)?$/i.test(await asker.ask(`${out} exists. Replace it?`, 'no'))) return;
  throw new InputError(`${out} exists; --force replaces it, -o writes another file`);
}

/**
 * The paths of the schema and the source as they stand in the file: relative to it within its folder or beside it. Editors take
 * a URL for the schema, in which a space is no end.
 */
function pathsIn(out: string, { source }: DataChoice): { schema: string; source: string | null } {
  const folder = dirname(resolve(out));
  const near = (path: string, far: string) => {
    const short = relative(folder, path);
    const isFar = isAbsolute(short) || short.startsWith(`..${sep}..${sep}..`);
    return isFar ? far : short.split(sep).join('/') || '.';
  };
  const validator = fileURLToPath(import.meta.resolve('#schema'));
  const schema = resolve(dirname(validator), 'editor.schema.json');
  return {
    schema: near(schema, pathToFileURL(schema).href),
    source: source === null || isUrl(source) ? source : near(source, source),
  };
}

function jsonOf(
  { name, data, survey: surveyed, seeds, probed, best, flip }: Recommendation,
  out: string,
): object {
  const { sample, classNames, counts, duplicates, ...facts } = surveyed;
  return {
    name,
    file: out,
    ...data,
    classes: classNames.map((className, label) => ({ name: className, images: counts[label] })),
    ...facts,
    duplicates: {
      withinTrain: duplicates.repeated,
      inTrainAndTest: duplicates.exact.length,
      near: duplicates.near.length,
    },
    sampled: { train: sample.train.labels.length, test: sample.test?.labels.length ?? null },
    splits: seeds,
    candidates: probed,
    best: { backbone: best.backbone, size: best.size },
    flip,
  };
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Asks the user. */
interface Asker {
  /** Returns the answer, or the default if it is empty. */
  ask(question: string, fallback: string): Promise<string>;
  close(): void;
}

/** `null` if there is no terminal, or nothing is to be asked. */
function openAsker({ yes, json, signal }: InitOptions): Asker | null {
  if (yes || json || !process.stdin.isTTY || !process.stdout.isTTY) return null;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C ends the program as at any other time: the signal rejects the question.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return {
    async ask(question, fallback) {
      const hint = fallback && ` [${fallback}]`;
      return (await terminal.question(`${question}${hint}: `, { signal })).trim() || fallback;
    },
    close: () => terminal.close(),
  };
}
