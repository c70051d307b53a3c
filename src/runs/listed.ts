import { join } from 'node:path';
import { measures, readMetricsCsv } from '../record/metrics-csv.ts';
import { DamagedError } from '../record/read-record.ts';
import { type RunState, readStatus } from '../record/status.ts';
import { finalValidation } from './find.ts';
import type { RunPlace } from './places.ts';

/** A run as tables of many runs show it. */
export interface ListedRun extends RunPlace {
  readonly state: RunState;
  /** What made it fail, or what is damaged. */
  readonly error: string | null;
  readonly epochs: number;
  /** Of all epochs. */
  readonly seconds: number;
  /** `val_loss`, … of its model; of its last epoch while there is no finished one. */
  readonly metrics: Readonly<Record<string, number>>;
}

export async function listedRun(place: RunPlace): Promise<ListedRun> {
  try {
    return await whole(place);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    return { ...place, state: 'damaged', error: error.message, epochs: 0, seconds: 0, metrics: {} };
  }
}

async function whole(place: RunPlace): Promise<ListedRun> {
  const status = await readStatus(place.path);
  const epochs = await readMetricsCsv(join(place.path, 'metrics.csv'));
  const final = await finalValidation(place.path);
  const last = measures({ train: {}, validation: epochs.at(-1)?.validation ?? {} });
  return {
    ...place,
    state: status?.state ?? 'interrupted',
    error: status?.error ?? null,
    epochs: epochs.length,
    seconds: epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
    metrics: Object.keys(final).length > 0 ? final : last,
  };
}
