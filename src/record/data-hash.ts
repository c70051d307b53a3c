import { createHash, hash } from 'node:crypto';
import type { ValidationPictures } from '../compare/picture-set.ts';
import type { Dataset, Pictures } from '../data/dataset.ts';

/** SHA-256 of what a model sees of the data: class names, then sizes, SHA-256 of each picture and labels of both parts. */
export function dataHash({ classNames, train, validation }: Dataset): string {
  return hashOf(classNames, [train, validation]);
}

/** By which two runs know whether they were validated on the same pictures. */
export function validationPictures({ classNames, validation }: Dataset): ValidationPictures {
  const { height, width, channels, paths } = validation;
  return {
    size: [height, width, channels],
    pixels: hashOf(classNames, [validation]),
    paths: paths ? hash('sha256', JSON.stringify(paths), 'hex') : null,
  };
}

function hashOf(classNames: readonly string[], parts: readonly Pictures[]): string {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  for (const { height, width, channels, pixels, labels } of parts) {
    hash.update(JSON.stringify([labels.length, height, width, channels]));
    for (let index = 0; index < labels.length; index++) hash.update(pixels.digest(index));
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}
