import { type Measure, medians, type Row, takeTurns } from '../measure.ts';
import { pictureCount } from '../pictures.ts';

const EPOCHS = 50;

/** What is measured of the whole: epochs, and pictures that they go over; whole batches of 128. */
const WITH_FEATURES = { epochs: 3, pictures: 1280 };
const THROUGH_ALL_LAYERS = { epochs: 2, pictures: 256 };

export interface FrozenCase {
  readonly batch: number;
  readonly cached: boolean;
  readonly target: number;
}

/**
 * VGG19's frozen phase, from picture files on; peers go through the whole network, or keep features by hand. What each
 * further picture, step and epoch take is added to what was measured.
 */
export function frozenMeasure(name: string, cases: readonly FrozenCase[]): Measure {
  return {
    name,
    needsPictures: true,
    async run(options) {
      const folder = options.pictures;
      const all = await pictureCount(folder);
      const rows: Row[] = [];
      for (const { batch, cached, target } of cases) {
        const peers = cached ? WITH_FEATURES : THROUGH_ALL_LAYERS;
        const part = (who: string) => (who === 'cifar-run' ? WITH_FEATURES : peers);
        const answers = await takeTurns(
          {
            work: (who) => ({
              kind: 'frozen',
              batch,
              cached,
              folder,
              pictures: part(who).pictures,
            }),
            amount: (who) => part(who).epochs,
            warmUp: 0,
          },
          options,
        );
        const whole = medians(answers, ({ seconds, each = 0, last = 0, between = 0 }, who) => {
          const { epochs, pictures } = part(who);
          const steps = ((EPOCHS * all) / pictures - epochs) * last;
          return seconds + (all - pictures) * each + steps + (EPOCHS - epochs) * between;
        });
        const against = cached ? 'peers cache features by hand' : 'straightforward peers';
        rows.push({
          ...whole,
          name: `frozen phase of ${EPOCHS} epochs, ${against}, batch ${batch}`,
          unit: 's',
          target,
          scaled:
            `from what ${WITH_FEATURES.pictures} (peers ${peers.pictures}) of ${all} pictures took: to be read and computed ` +
            `once, and ${WITH_FEATURES.epochs} (peers ${peers.epochs}) of ${EPOCHS} epochs, the last for those that follow`,
        });
      }
      return rows;
    },
  };
}
