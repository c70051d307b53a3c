import { type StreamKey, shuffled } from '../../common/random.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import { placesByLabel } from '../split.ts';

/**
 * The order in which one epoch takes the images: each once, or, `balanced`, as many but each class
 * equally often. Then a class goes through all of its images before any comes again.
 */
export function epochOrder(
  sampling: DataConfig['sampling'],
  { labels, classCount }: { readonly labels: Int32Array; readonly classCount: number },
  key: StreamKey,
): Int32Array {
  const order = shuffled(labels.length, [...key, 'shuffle']);
  if (sampling === 'uniform') return order;
  const byLabel = placesByLabel(labels, classCount).filter((own) => own.length > 0);
  const turns = byLabel.map((own, label) => passes(own, [...key, 'balance', label]));
  const drawn = Int32Array.from(
    labels,
    (_, turn) => turns[turn % turns.length]?.next().value as number,
  );
  return order.map((turn) => drawn[turn] as number);
}

/** An order in pieces of one size, but for the last. */
export function inBatches(order: Int32Array, batchSize: number): Int32Array[] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) =>
    order.subarray(batch * batchSize, (batch + 1) * batchSize),
  );
}

/** The places in random order, again and again in another one. */
function* passes(places: readonly number[], key: StreamKey): Generator<number, never> {
  for (let pass = 0; ; pass++)
    for (const index of shuffled(places.length, [...key, pass])) yield places[index] as number;
}
