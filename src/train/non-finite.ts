import { RunError } from '../common/errors.ts';
import { findOrigin } from './origin.ts';
import type { TrainingState } from './state.ts';
import type { TrainOptions } from './train.ts';

/** Where something was not finite; all count from 1. */
export interface Broken {
  /** E.g. `the loss became NaN`. */
  readonly what: string;
  readonly phase: string;
  readonly phaseEpoch: number;
  readonly batch: number;
  readonly batches: number;
  /** Of the whole training. */
  readonly step: number;
  /** How often training had gone back before. */
  readonly retries: number;
}

/** The loss, or a number that training goes on with, became NaN or infinite. */
export class LossError extends RunError {
  readonly at: Broken;

  constructor(at: Broken) {
    super(
      `${at.what} at step ${at.step}, in phase ${at.phase} ` +
        `(epoch ${at.phaseEpoch}, batch ${at.batch} of ${at.batches})`,
    );
    this.at = at;
  }
}

/**
 * The state to go on from at a lower rate, as `onNonFinite` says.
 * @throws RunError when it says to stop, or has been done as often as it says.
 */
export async function retry(options: TrainOptions, error: LossError): Promise<TrainingState> {
  const { experiment, checkpoints, callbacks } = options;
  const { retries, factor } = experiment.onNonFinite;
  const from = (await checkpoints?.latest()) ?? null;
  const origin = from && (await findOrigin(options, error.at, from));
  const what = `${error.message}; ${origin ?? 'where it began was not found'}`;
  if (!from || error.at.retries >= retries) {
    const tried = retries > 0 ? ` after ${retries} retries` : '';
    throw new RunError(
      `${what}${tried}; a lower learningRate, a warmup, or globalClipNorm keeps it finite, ` +
        'and onNonFinite: { retries: 2 } goes back and tries a lower rate by itself',
      { cause: error },
    );
  }
  const { at } = from;
  const counters = { ...at.counters, retries: error.at.retries + 1 };
  const line =
    `${what}; retry ${counters.retries} of ${retries} from phase ${at.phase}, epoch ${at.epochs + 1}, ` +
    `batch ${at.batch + 1}, at ${factor ** counters.retries} times the learning rate`;
  for (const callback of callbacks) await callback.note?.(line);
  for (const callback of callbacks) await callback.retry?.(counters.retries);
  return { ...from, at: { ...at, counters } };
}
