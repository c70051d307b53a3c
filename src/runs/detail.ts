import { resolve } from 'node:path';
import { classificationReport } from '../analysis/classification.ts';
import { GRID_SIZE, randomExamples, surestMistakes } from '../analysis/image-selection.ts';
import { markDefaults } from '../config/mark-defaults.ts';
import { toColumns } from '../experiment/metrics.ts';
import { readEnvironment } from '../run-folder/environment.ts';
import { readExperimentText, readResolvedText } from '../run-folder/experiment-files.ts';
import {
  type ImageSheet,
  readImageSheet,
  readSheetImage,
  tileAt,
} from '../run-folder/image-sheet.ts';
import { totalSeconds } from '../run-folder/metrics-csv.ts';
import {
  type NamedConfusion,
  readConfusionMatrix,
  readPredictions,
} from '../run-folder/predictions.ts';
import { readingRun, UnreadableFileError } from '../run-folder/run-file.ts';
import { parseRunPath, runName } from '../run-folder/run-folder.ts';
import { readSummary, type Summary } from '../run-folder/summary.ts';
import type { EpochRecord } from '../train/callbacks.ts';
import { readShownRun, type ShownRun } from './listed.ts';
import type { ClassResults, EpochRow, PhaseRow, RunDetail, Thumbnails } from './run-detail.ts';

/** Reads a run in any state. @throws UnreadableFileError */
export function readRunDetail(folder: string): Promise<RunDetail> {
  return readingRun(folder, () => readDetail(folder));
}

async function readDetail(folder: string): Promise<RunDetail> {
  const path = resolve(folder);
  const run = await readShownRun(path);
  const summary = await readSummary(path);
  const confusion = await readConfusionMatrix(path);
  const resolved = await readResolvedText(path);
  const name = runName(path);
  return {
    name,
    experiment: name.slice(0, name.indexOf('/')),
    id: parseRunPath(path)?.id ?? '',
    folder,
    state: run.status?.state ?? 'interrupted',
    error: run.status?.error ?? null,
    started: run.status?.started ?? null,
    ended: run.status?.ended ?? null,
    seed: run.experiment?.seed ?? null,
    metrics: run.metrics,
    epochs: run.epochs.map(epochRow),
    phases: phaseRows(run, summary),
    images: summary?.images ?? null,
    parameters: summary?.parameters ?? null,
    classes: confusion && classResults(confusion),
    thumbnails: await readThumbnails(path, run.experiment?.seed ?? 0),
    configuration: resolved === null ? [] : markDefaults(resolved),
    experimentFile: await readExperimentText(path),
    environment: (await readEnvironment(path)) as unknown as RunDetail['environment'],
    files: run.files,
  };
}

function epochRow(record: EpochRecord): EpochRow {
  const { phase, phaseEpoch, epoch, learningRate, seconds, imagesPerSecond } = record;
  const metrics = Object.entries(toColumns(record)).map(([name, value]) => {
    return [name, Number.isFinite(value) ? value : null];
  });
  return {
    phase,
    phaseEpoch,
    epoch,
    learningRate,
    metrics: Object.fromEntries(metrics),
    seconds,
    imagesPerSecond,
  };
}

function phaseRows({ experiment, epochs }: ShownRun, summary: Summary | null): PhaseRow[] {
  return (experiment?.phases ?? []).map(({ name = '', epochs: plannedEpochs }) => {
    const own = epochs.filter(({ phase }) => phase === name);
    const ended = summary?.phases.find((phase) => phase.name === name);
    return {
      name,
      plannedEpochs,
      epochs: own.length,
      seconds: totalSeconds(own),
      stoppedEarly: ended?.stoppedEarly ?? null,
      keptEpoch: ended?.keptEpoch ?? null,
      trainableParameters: ended?.trainableParameters ?? null,
      frozenParameters: ended?.frozenParameters ?? null,
    };
  });
}

function classResults({ classNames, confusion }: NamedConfusion): ClassResults {
  return { names: classNames, confusion, report: classificationReport(confusion) };
}

const WEBP = { quality: 85, smartSubsample: true };

/**
 * Reads the images of examples.png and mistakes.png from the run's image sheet; `null` for a run without one.
 * @param seed the experiment's.
 * @throws UnreadableFileError if images.json is unreadable.
 */
async function readThumbnails(folder: string, seed: number): Promise<Thumbnails | null> {
  const sheet = await readImageSheet(folder);
  const sheetImage = await readSheetImage(folder);
  if (!sheet || !sheetImage) return null;
  const classified = await readPredictions(folder).catch((error) => {
    if (error instanceof UnreadableFileError) return null;
    throw error;
  });
  if (!classified) return null;
  const { classNames, predictions, imageNames } = classified;
  const urlOf = await tileReader(sheetImage, sheet);
  const read = async (selected: typeof predictions) => {
    const thumbnails = selected.map(async ({ index, label, predicted, confidence }) => {
      const url = await urlOf(index);
      // Sheets of early versions lack some images.
      if (url === null) return [];
      return [
        {
          index,
          image: imageNames[index] ?? '',
          truth: classNames[label] ?? '',
          predicted: classNames[predicted] ?? '',
          confidence,
          url,
          side: Math.max(sheet.width, sheet.height),
        },
      ];
    });
    return (await Promise.all(thumbnails)).flat();
  };
  return {
    examples: await read(randomExamples(predictions, seed)),
    mistakes: await read(surestMistakes(predictions).slice(0, GRID_SIZE)),
  };
}

/** Returns a function from the index of an image to its tile as a data URL; to `null` if the sheet lacks it. */
async function tileReader(
  sheetImage: Uint8Array,
  sheet: ImageSheet,
): Promise<(index: number) => Promise<string | null>> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(sheetImage).raw().toBuffer({ resolveWithObject: true });
  return async (index) => {
    const place = sheet.indexes.indexOf(index);
    if (place < 0) return null;
    const tile = sharp(data, { raw: info }).extract(tileAt(sheet, place)).webp(WEBP);
    return `data:image/webp;base64,${(await tile.toBuffer()).toString('base64')}`;
  };
}
