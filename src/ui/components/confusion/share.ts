import { percent } from '../../../charts/theme.ts';
import { showCount } from '../../../common/format.ts';
import type { ClassResults } from '../../../runs/run-detail.ts';

/** A cell of a confusion matrix: two classes by their indices. */
export interface Cell {
  readonly truth: number;
  readonly predicted: number;
}

/** Of the images of a row those in one cell; 0 in a row without images. */
export function shareOf(row: readonly number[], predicted: number): number {
  const total = sum(row);
  return total === 0 ? 0 : (row[predicted] ?? 0) / total;
}

/** `2 of 214 images of 7 (0.9 %) were taken for 9` */
export function describeCell({ names, confusion }: Confused, { truth, predicted }: Cell): string {
  const row = confusion[truth] ?? [];
  const share = percent(shareOf(row, predicted), 1);
  const part = `${showCount(row[predicted] ?? 0)} of ${showCount(sum(row))} images of ${names[truth]} (${share})`;
  return truth === predicted
    ? `${part} were recognised`
    : `${part} were taken for ${names[predicted]}`;
}

/** `961 of 974 images (98.67 %) were recognised` */
export function describeAll({ confusion }: Confused): string {
  const right = sum(confusion.map((row, i) => row[i] ?? 0));
  const total = sum(confusion.map(sum));
  return `${showCount(right)} of ${showCount(total)} images (${percent(right / total, 2)}) were recognised`;
}

export type Confused = Pick<ClassResults, 'names' | 'confusion'>;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
