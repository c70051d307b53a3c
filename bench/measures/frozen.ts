import { imageCount } from '../images.ts';
import { type Measure, medians, type Row, takeTurns } from '../measure.ts';

const EPOCHS = 50;

/** What is measured of the whole: epochs, and images that they go over; whole batches of 128. */
const WITH_FEATURES = { epochs: 3, images: 1280 };
const THROUGH_ALL_LAYERS = { epochs: 2, images: 256 };

export interface FrozenCase {
  readonly batch: number;
  readonly cached: boolean;
  readonly target: number;
}

/**
 * VGG19's frozen phase, from image files on; peers go through the whole network, or keep features by hand. What each
 * further image, step and epoch take is added to what was measured.
 */
export function frozenMeasure(name: string, cases: readonly FrozenCase[]): Measure {
  return {
    name,
    needsImages: true,
    async run(options) {
      const folder = options.images;
      const all = await imageCount(folder);
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
              images: part(who).images,
            }),
            amount: (who) => part(who).epochs,
            warmUp: 0,
          },
          options,
        );
        const whole = medians(answers, ({ seconds, each = 0, last = 0, between = 0 }, who) => {
          const { epochs, images } = part(who);
          const steps = ((EPOCHS * all) / images - epochs) * last;
          return seconds + (all - images) * each + steps + (EPOCHS - epochs) * between;
        });
        const against = cached ? 'peers cache features by hand' : 'straightforward peers';
        rows.push({
          ...whole,
          name: `frozen phase of ${EPOCHS} epochs, ${against}, batch ${batch}`,
          unit: 's',
          target,
          scaled:
            `from what ${WITH_FEATURES.images} (peers ${peers.images}) of ${all} images took: to be read and computed ` +
            `once, and ${WITH_FEATURES.epochs} (peers ${peers.epochs}) of ${EPOCHS} epochs, the last for those that follow`,
        });
      }
      return rows;
    },
  };
}
