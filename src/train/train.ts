import { RunError } from '../common/errors.ts';
import { NonFiniteError } from './epoch.ts';
import { findOrigin } from './non-finite.ts';
import type { TrainOptions } from './options.ts';
import { trainPhases } from './phase.ts';
import type { TrainingState } from './state.ts';

/**
 * Trains the model in place, phase after phase, each with a new optimizer.
 *
 * @throws RunError when the loss is NaN or infinite; the signal's reason when it is aborted, after the
 *   current state is saved.
 */
export async function train(options: TrainOptions): Promise<void> {
  let from = options.resume ?? null;
  for (;;) {
    try {
      await trainPhases(options, from);
      return await options.checkpoints?.flush();
    } catch (error) {
      if (!(error instanceof NonFiniteError)) {
        await options.checkpoints?.flush();
        throw error;
      }
      from = await stateToRetry(options, error);
    }
  }
}

/**
 * Returns the state to continue from at a lower learning rate, as `onNonFinite` says.
 *
 * @throws RunError when no retry is left.
 */
async function stateToRetry(options: TrainOptions, error: NonFiniteError): Promise<TrainingState> {
  const { experiment, checkpoints, callbacks } = options;
  const { retries, factor } = experiment.onNonFinite;
  const from = (await checkpoints?.latest()) ?? null;
  const origin = from && (await findOrigin(options, error.at, from));
  const what = `${error.message}; ${origin ?? 'its origin was not found'}`;
  if (!from || error.at.retries >= retries) {
    const tried = retries > 0 ? ` after ${retries} retries` : '';
    throw new RunError(
      `${what}${tried}; use a lower learningRate, a warmup or globalClipNorm, or retry at a lower rate ` +
        'with onNonFinite: { retries: 2 }',
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
