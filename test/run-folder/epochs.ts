import type { EpochRecord } from '../../src/train/callbacks.ts';

/** An epoch of a run whose loss falls and whose accuracy rises, with realistic numbers. */
export function epoch(number: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  const loss = 1 / (number + 0.7);
  return {
    phase: 'head',
    phaseEpoch: number,
    epoch: number,
    step: number * 63,
    learningRate: 0.001,
    train: { loss, accuracy: 1 - loss / 3 },
    validation: { loss: loss + 0.1, accuracy: 1 - loss / 2 },
    seconds: 1.5,
    imagesPerSecond: 1333.3333333333333,
    waitingSeconds: 0.25,
    ...changes,
  };
}

/** The epochs of consecutive phases. */
export function epochs(phases: Readonly<Record<string, number>>): EpochRecord[] {
  const places = Object.entries(phases).flatMap(([phase, count]) =>
    Array.from({ length: count }, (_, i) => ({ phase, phaseEpoch: i + 1 })),
  );
  return places.map((place, i) => epoch(i + 1, place));
}
