import { createHash } from 'node:crypto';
import type { Dataset } from '../data/dataset.ts';

/** SHA-256 of what a model sees of the data: class names, then sizes, SHA-256 of each picture and labels of both parts. */
export function dataHash({ classNames, train, validation }: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  for (const { height, width, channels, pixels, labels } of [train, validation]) {
    hash.update(JSON.stringify([labels.length, height, width, channels]));
    for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}
