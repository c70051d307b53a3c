import { processorPrecisions } from '../../src/engine/hardware.ts';
import { imageCount } from '../images.ts';
import {
  type Measure,
  medians,
  precisionSuffix,
  type Row,
  TARGETS,
  takeTurns,
} from '../measure.ts';

const EPOCHS = 50;

/** The measured part of the whole. The images fill whole batches of 128. */
const WITH_FEATURES = { epochs: 3, images: 1280 };
const THROUGH_ALL_LAYERS = { epochs: 2, images: 256 };

/**
 * Measures the frozen phase of the VGG19 experiment, from image files. The peers run the whole network in each epoch, or cache
 * features by hand (`cached`). The time of the whole is extrapolated by the time of each further image, step and epoch.
 */
export function frozenMeasure(name: string, { cached }: { readonly cached: boolean }): Measure {
  return {
    name,
    needsImages: true,
    async run(options) {
      const folder = options.images;
      const all = await imageCount(folder);
      const rows: Row[] = [];
      const cases = [32, 128].flatMap((batch) =>
        processorPrecisions().map((precision) => ({ batch, precision })),
      );
      for (const { batch, precision } of cases) {
        const peers = cached ? WITH_FEATURES : THROUGH_ALL_LAYERS;
        const part = (who: string) => (who === 'cifar-run' ? WITH_FEATURES : peers);
        const answers = await takeTurns(
          {
            work: (who) => ({
              kind: 'frozen',
              batch,
              cached,
              precision,
              folder,
              images: part(who).images,
            }),
            turn: (one) => one.run(part(one.name).epochs),
            warmUp: 0,
          },
          options,
        );
        const whole = medians(answers, ({ seconds, each = 0, last = 0, between = 0 }, who) => {
          const { epochs, images } = part(who);
          const steps = ((EPOCHS * all) / images - epochs) * last;
          return seconds + (all - images) * each + steps + (EPOCHS - epochs) * between;
        });
        const opponents = cached ? 'peers cache features by hand' : 'straightforward peers';
        rows.push({
          ...whole,
          name: `frozen phase of ${EPOCHS} epochs, ${opponents}, batch ${batch}${precisionSuffix(precision)}`,
          unit: 's',
          target: TARGETS[precision],
          scaled:
            `extrapolated from ${WITH_FEATURES.images} (peers ${peers.images}) of ${all} images and ` +
            `${WITH_FEATURES.epochs} (peers ${peers.epochs}) of ${EPOCHS} epochs`,
        });
      }
      return rows;
    },
  };
}
