import * as tf from '@tensorflow/tfjs';

/** The memory of the process at one moment. */
export interface MemoryUse {
  readonly tensors: number;
  readonly residentBytes: number;
}

export function memoryUse(): MemoryUse {
  return { tensors: tf.memory().numTensors, residentBytes: process.memoryUsage.rss() };
}

/** The memory after the first and the last epoch, and the peak over all epochs. */
export type MemorySummary = Readonly<
  Record<keyof MemoryUse, { readonly first: number; readonly last: number; readonly peak: number }>
>;

const MEASURES = ['tensors', 'residentBytes'] as const;

/** The epochs of a window. Only a window's minimum counts, since memory that is freed at times is no leak. */
const WINDOW = 5;
/** The number of consecutive windows whose minimum has to grow before a warning. */
const GROWTHS = 3;
/** The factor by which a window's minimum has to grow. A part of the resident size varies; tensors do not. */
const MIN_GROWTH = { tensors: 1, residentBytes: 1.02 } as const;

/** Watches the memory of the process after each epoch, and warns if it keeps growing. */
export class MemoryWatch {
  readonly #run: MemoryUse[] = [];
  #phase: MemoryUse[] = [];
  #hasWarned = false;

  /** Resets the watch, because a phase may need more memory than the one before. */
  phaseBegin(): void {
    this.#phase = [];
  }

  /** Returns a warning, once, when memory has kept growing; else `null`. */
  epochEnd(use: MemoryUse): string | null {
    this.#run.push(use);
    this.#phase.push(use);
    if (this.#hasWarned || this.#phase.length % WINDOW > 0) return null;
    const isGrowing = MEASURES.some((measure) =>
      keepsGrowing(
        this.#phase.map((each) => each[measure]),
        MIN_GROWTH[measure],
      ),
    );
    if (!isGrowing) return null;
    this.#hasWarned = true;
    const epochs = WINDOW * (GROWTHS + 1);
    const earlier = this.#phase.at(-epochs) as MemoryUse;
    return (
      `memory grows from epoch to epoch: from ${earlier.tensors} tensors and ${megabytes(earlier)} MB ` +
      `${epochs - 1} epochs ago to ${use.tensors} tensors and ${megabytes(use)} MB now`
    );
  }

  /** `null` if this process trained no epoch. */
  summary(): MemorySummary | null {
    if (this.#run.length === 0) return null;
    const summarize = (measure: keyof MemoryUse) => {
      const values = this.#run.map((use) => use[measure]);
      return {
        first: values[0] as number,
        last: values.at(-1) as number,
        peak: Math.max(...values),
      };
    };
    return { tensors: summarize('tensors'), residentBytes: summarize('residentBytes') };
  }
}

/** Returns whether each of the last windows has a minimum of more than `factor` times that of the window before. */
function keepsGrowing(values: readonly number[], factor: number): boolean {
  const minima = Array.from({ length: GROWTHS + 1 }, (_, i) => {
    const end = values.length - WINDOW * i;
    return Math.min(...values.slice(Math.max(0, end - WINDOW), Math.max(0, end)));
  });
  return minima.slice(1).every((earlier, i) => (minima[i] as number) > earlier * factor);
}

function megabytes({ residentBytes }: MemoryUse): number {
  return Math.round(residentBytes / 1e6);
}
