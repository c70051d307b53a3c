import { textTable } from '../analysis/table.ts';
import { toCsv } from '../common/csv.ts';
import { exactDecimal } from '../common/format.ts';
import { chooseCompiler } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import type { Device } from '../experiment/experiment.ts';
import { findImages, ImageFiles } from '../predict/images.ts';
import { findModel } from '../predict/model.ts';
import { predictImages } from '../predict/predict.ts';
import { chooseProgress, silentProgress } from '../progress/display.ts';
import { parseWholeNumber } from './options.ts';

export interface PredictCommandOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** The number of classes to print for each image. */
  readonly top: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly device?: Device;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/** The exit code if an image could not be read. */
const BROKEN = 1;

/**
 * `cifar-run predict MODEL IMAGE…`: prints the most probable classes of images. An image that cannot be read is reported,
 * and the exit code is 1 then.
 * @throws InputError if there is no such model, or a folder has no images.
 */
export async function predictCommand(
  reference: string,
  words: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const { runs, json, csv, device, verbose = false, signal } = options;
  const top = parseWholeNumber('--top', options.top, 1) as number;
  const saved = await findModel(reference, runs);
  const images = await findImages(words);
  const progress = process.stdout.isTTY && !json && !csv ? await chooseProgress() : silentProgress;
  const engine = await progress.step('Engine', ({ report }) =>
    startEngine({ device, threads: null, verbose, compiler: chooseCompiler(true), report }),
  );
  const { preprocessing } = saved;
  const files = new ImageFiles(images, { preprocessing, jpegs: engine.jpegs, signal });
  const count = Math.min(top, preprocessing.labels.length);
  const printer = json ? jsonPrinter() : csv ? csvPrinter(count) : tablePrinter(count);
  let index = 0;
  for await (const probabilities of predictImages(saved, files, { engine, signal })) {
    const image = images[index]?.name ?? '';
    const error = files.broken.get(index);
    if (error === undefined)
      printer.predicted(image, mostProbable(preprocessing.labels, probabilities, count));
    else printer.broken(image, error);
    index += 1;
  }
  printer.end?.();
  if (files.broken.size > 0) process.exitCode = BROKEN;
}

/** A class and its probability. */
interface RankedClass {
  readonly class: string;
  readonly probability: number;
}

/** The most probable classes; of equally probable ones, the first. */
function mostProbable(
  labels: readonly string[],
  probabilities: Float32Array,
  count: number,
): RankedClass[] {
  return labels
    .map((name, label) => ({ class: name, probability: probabilities[label] as number }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}

interface Printer {
  predicted(image: string, classes: readonly RankedClass[]): void;
  broken(image: string, reason: string): void;
  end?(): void;
}

/** A line of JSON for each image, at once. */
function jsonPrinter(): Printer {
  const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  return {
    predicted(image, classes) {
      const predictions = classes.map((each) => {
        return { ...each, probability: exactDecimal(each.probability) };
      });
      print({ image, predictions });
    },
    broken: (image, error) => print({ image, error }),
  };
}

/** A row of CSV for each image, at once. */
function csvPrinter(count: number): Printer {
  const print = (row: readonly unknown[]) => process.stdout.write(toCsv([row]));
  print(columnsOf(count));
  return {
    predicted(image, classes) {
      print([image, ...classes.flatMap((each) => [each.class, exactDecimal(each.probability)])]);
    },
    broken: reportBroken,
  };
}

function tablePrinter(count: number): Printer {
  const columns = columnsOf(count).map((name) => {
    const format = name.startsWith('probability') ? 'percent' : 'text';
    return { name, title: name, format } as const;
  });
  const rows: (string | number)[][] = [];
  return {
    predicted(image, classes) {
      rows.push([image, ...classes.flatMap((each) => [each.class, each.probability])]);
    },
    broken: reportBroken,
    end() {
      if (rows.length > 0) process.stdout.write(`${textTable({ columns, rows })}\n`);
    },
  };
}

/** `image`, `class`, `probability`, `class 2`, `probability 2`, … */
function columnsOf(count: number): string[] {
  const ranks = Array.from({ length: count }, (_, i) => (i === 0 ? '' : ` ${i + 1}`));
  return ['image', ...ranks.flatMap((rank) => [`class${rank}`, `probability${rank}`])];
}

function reportBroken(image: string, reason: string): void {
  process.stderr.write(`${image}: ${reason}\n`);
}
