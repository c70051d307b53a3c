import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSize, writeAtomic } from '../common/files.ts';
import { version } from '../common/version.ts';
import type { Verification } from './verify.ts';

const FORMAT = 1;

/** The content of card.json: an exported model. */
export interface ExportCard {
  /** The name of its run. */
  readonly run: string;
  readonly format: string;
  /** The size of the file, or of the files in the folder. */
  readonly bytes: number;
  readonly labels: readonly string[];
  /** The version of this program. */
  readonly cifarRun: string;
  /** `null` if the model was not run in another engine. */
  readonly verification: Verification | null;
}

/** Writes `card.json` into an exported folder, or `model.onnx.card.json` beside a file. @returns its content. */
export async function writeCard(
  target: string,
  card: Omit<ExportCard, 'bytes' | 'cifarRun'>,
): Promise<ExportCard> {
  const stats = await stat(target);
  const bytes = stats.isDirectory() ? await folderSize(target) : stats.size;
  const whole = { ...card, bytes, cifarRun: version };
  const path = stats.isDirectory() ? join(target, 'card.json') : `${target}.card.json`;
  await writeAtomic(path, `${JSON.stringify({ formatVersion: FORMAT, ...whole }, null, 2)}\n`);
  return whole;
}
