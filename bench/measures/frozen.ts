import { type Measure, medians, type Row, takeTurns } from '../measure.ts';

const EPOCHS = 50;
const MOST_ROUNDS = 5;

/** Epochs that are measured; the last of them stands for all that follow. */
const measured = { own: 4, cached: 4, straightforward: 1 };

export interface FrozenCase {
  readonly batch: number;
  readonly cached: boolean;
  readonly target: number;
}

/** VGG19's frozen phase, from picture files on; peers go through the whole network, or keep features by hand. */
export function frozenMeasure(name: string, cases: readonly FrozenCase[]): Measure {
  return {
    name,
    needsPictures: true,
    async run({ pictures: folder, ...options }) {
      const rows: Row[] = [];
      for (const { batch, cached, target } of cases) {
        const peers = cached ? measured.cached : measured.straightforward;
        const epochs = (who: string) => (who === 'cifar-run' ? measured.own : peers);
        const work = () => ({ kind: 'frozen', batch, cached, folder }) as const;
        const answers = await takeTurns(
          { work, amount: epochs, warmUp: 0 },
          { ...options, rounds: Math.min(options.rounds, MOST_ROUNDS), pictures: folder },
        );
        const whole = medians(
          answers,
          ({ seconds, last = 0 }, who) => seconds + (EPOCHS - epochs(who)) * last,
        );
        const against = cached ? 'peers cache features by hand' : 'straightforward peers';
        rows.push({
          ...whole,
          name: `frozen phase of ${EPOCHS} epochs, ${against}, batch ${batch}`,
          unit: 's',
          target,
          scaled: `all pictures; of ${EPOCHS} epochs ${measured.own} (peers ${peers}), the last counted for those that follow`,
        });
      }
      return rows;
    },
  };
}
