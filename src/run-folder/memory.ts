import * as tf from '@tensorflow/tfjs';

/** What the process holds at one moment. */
export interface MemoryUse {
  readonly tensors: number;
  readonly residentBytes: number;
}

export function memoryUse(): MemoryUse {
  return { tensors: tf.memory().numTensors, residentBytes: process.memoryUsage.rss() };
}

/** Epochs whose least use is looked at as one: what is freed now and then is no leak. */
const WINDOW = 5;
/** How often in a row that least use may grow before someone is told. */
const GROWTHS = 3;
/** A tensor more is one too many; of the resident size a part comes and goes. */
const LEAST_GROWTH = { tensors: 1, residentBytes: 1.02 } as const;

/** Sees what the process holds after each epoch, and tells of it when that grows and grows. */
export class MemoryWatch {
  #all: MemoryUse[] = [];
  #ofPhase: MemoryUse[] = [];
  #told = false;

  /** Another phase may take more than the one before. */
  phaseBegin(): void {
    this.#ofPhase = [];
  }

  /** A warning, once, when memory has grown all the time. */
  epochEnd(use: MemoryUse): string | null {
    this.#all.push(use);
    this.#ofPhase.push(use);
    if (this.#told || this.#ofPhase.length % WINDOW > 0) return null;
    const growing = (['tensors', 'residentBytes'] as const).filter((what) =>
      grows(
        this.#ofPhase.map((each) => each[what]),
        LEAST_GROWTH[what],
      ),
    );
    if (growing.length === 0) return null;
    this.#told = true;
    const [before, now] = [this.#ofPhase.at(-WINDOW * (GROWTHS + 1)) as MemoryUse, use];
    return (
      `memory grows from epoch to epoch: ${before.tensors} tensors and ${megabytes(before)} MB were held ` +
      `${WINDOW * (GROWTHS + 1) - 1} epochs ago, ${now.tensors} and ${megabytes(now)} MB are now`
    );
  }

  /** Of the epochs that this process has done; `null` when there were none. */
  summary() {
    if (this.#all.length === 0) return null;
    const of = (what: keyof MemoryUse) => {
      const values = this.#all.map((use) => use[what]);
      return { first: values[0], last: values.at(-1), peak: Math.max(...values) };
    };
    return { tensors: of('tensors'), residentBytes: of('residentBytes') };
  }
}

/** Whether the least value of each window was so many times that of the one before, as often as may not be. */
function grows(values: readonly number[], factor: number): boolean {
  const lows = Array.from({ length: GROWTHS + 1 }, (_, i) => {
    const end = values.length - WINDOW * i;
    return Math.min(...values.slice(Math.max(0, end - WINDOW), Math.max(0, end)));
  });
  return lows.slice(1).every((earlier, i) => (lows[i] as number) > earlier * factor);
}

function megabytes({ residentBytes }: MemoryUse): number {
  return Math.round(residentBytes / 1e6);
}
