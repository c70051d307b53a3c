import * as tf from '@tensorflow/tfjs';
import type { Measures, Objective } from './objective.ts';

/** What the batches so far have given. */
export interface TallyState {
  readonly images: number;
  readonly batches: number;
  /** Sum over the images. */
  readonly loss: number;
  /** For each metric, as it adds them up. */
  readonly sums: readonly (readonly number[])[];
}

/**
 * Loss and metrics over the batches so far. Batches wait on the device until `read`, so that a step need
 * not wait for its numbers; the sums are kept in float64.
 */
export class Tally {
  images = 0;
  /** The first batch whose loss was NaN or infinite, from 1, and that loss. */
  broken: { readonly batch: number; readonly loss: number } | null = null;
  readonly #objective: Objective;
  #batches = 0;
  #waiting: { readonly measures: Measures; readonly images: number }[] = [];
  #loss = 0;
  #sums: Float64Array[] = [];

  /** @param state of an earlier tally to go on with. */
  constructor(objective: Objective, state?: TallyState) {
    this.#objective = objective;
    if (!state) return;
    this.images = state.images;
    this.#batches = state.batches;
    this.#loss = state.loss;
    this.#sums = state.sums.map((sum) => Float64Array.from(sum));
  }

  /** Of the batches that were read. */
  get state(): TallyState {
    const { images } = this;
    const sums = this.#sums.map((sum) => [...sum]);
    return { images, batches: this.#batches, loss: this.#loss, sums };
  }

  /** Takes a batch's measures over, and disposes them when they have been read. */
  add(measures: Measures, images: number): void {
    this.#waiting.push({ measures, images });
  }

  async read(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const tensors = waiting.flatMap(({ measures }) => measures);
    const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tensor.flatten())));
    const values = await joined.data();
    let at = 0;
    const next = ({ size }: tf.Tensor) => {
      at += size;
      return values.subarray(at - size, at);
    };
    for (const { measures, images } of waiting) {
      const [loss, ...sums] = measures.map(next);
      this.#take(loss?.[0] as number, sums as Float32Array[], images);
    }
    tf.dispose([joined, ...tensors]);
  }

  /** `loss`, then the metrics under their labels. */
  values(): Record<string, number> {
    const entries = this.#objective.metrics.map(
      ({ label, metric }, i) =>
        [label, metric.value(this.#sums[i] ?? new Float64Array(), this.images)] as const,
    );
    return { loss: this.#loss / this.images, ...Object.fromEntries(entries) };
  }

  dispose(): void {
    tf.dispose(this.#waiting.flatMap(({ measures }) => [...measures]));
  }

  #take(loss: number, sums: readonly Float32Array[], images: number): void {
    this.#batches += 1;
    if (!Number.isFinite(loss)) this.broken ??= { batch: this.#batches, loss };
    this.images += images;
    this.#loss += loss * images;
    this.#sums = sums.map((part, i) => {
      const sum = this.#sums[i];
      return Float64Array.from(part, (value, j) => value + (sum?.[j] ?? 0));
    });
  }
}
