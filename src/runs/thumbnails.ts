import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { GRID_SIZE, someExamples, surestMistakes } from '../charts/image-grid.ts';
import type { ImageSheet } from '../run-folder/image-sheet.ts';
import { readRecord } from '../run-folder/read-record.ts';
import type { Thumbnails } from './run-detail.ts';

const WEBP = { quality: 85, smartSubsample: true };

/**
 * The images of examples.png and mistakes.png, from what the run's folder keeps; `null` of a run that has kept none.
 * @param seed the experiment's.
 * @throws DamagedError when images.json is.
 */
export async function readThumbnails(folder: string, seed: number): Promise<Thumbnails | null> {
  const sheet = await readRecord<ImageSheet>(join(folder, 'images.json'), 'indexes');
  const webp = await readFile(join(folder, 'images.webp')).catch(() => null);
  const csv = await readFile(join(folder, 'predictions.csv'), 'utf8').catch(() => null);
  if (!sheet || !webp || csv === null) return null;
  const answers = answersOf(csv);
  const [examples, mistakes] = [someExamples(answers, seed), surestMistakes(answers)];
  const urlOf = await tilesOf(webp, sheet);
  const side = Math.max(sheet.width, sheet.height);
  const cut = async (chosen: readonly Answer[]) => {
    const cutOut = chosen.map(async ({ index, label, predicted, confidence }) => {
      const url = await urlOf(index);
      // Sheets of the program's first days do not have all.
      return url === null ? [] : [{ index, truth: label, predicted, confidence, url, side }];
    });
    return (await Promise.all(cutOut)).flat();
  };
  return {
    examples: await cut(examples),
    mistakes: await cut(mistakes.slice(0, GRID_SIZE)),
  };
}

interface Answer {
  readonly index: number;
  readonly label: string;
  readonly predicted: string;
  readonly confidence: number;
}

function answersOf(csv: string): Answer[] {
  const [, ...rows] = parse(csv) as string[][];
  return rows.map(([index, label = '', predicted = '', confidence]) => {
    return { index: Number(index), label, predicted, confidence: Number(confidence) };
  });
}

async function tilesOf(
  webp: Uint8Array,
  { columns, width, height, indexes }: ImageSheet,
): Promise<(index: number) => Promise<string | null>> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(webp).raw().toBuffer({ resolveWithObject: true });
  return async (index) => {
    const place = indexes.indexOf(index);
    if (place < 0) return null;
    const left = (place % columns) * width;
    const top = Math.floor(place / columns) * height;
    const tile = sharp(data, { raw: info }).extract({ left, top, width, height }).webp(WEBP);
    return `data:image/webp;base64,${(await tile.toBuffer()).toString('base64')}`;
  };
}
