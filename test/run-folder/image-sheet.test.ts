import { expect } from 'chai';
import sharp from 'sharp';
import type { Prediction } from '../../src/analysis/classification.ts';
import { GRID_SIZE, randomExamples, surestMistakes } from '../../src/analysis/image-selection.ts';
import { uniforms } from '../../src/common/random.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import type { FinishedRun } from '../../src/run-folder/finished-run.ts';
import { drawSheet, planSheet, sheetSize, tileAt } from '../../src/run-folder/image-sheet.ts';

/** A run of two classes on images of noise; image `index` is predicted as `predicted(index)`. */
function run(
  count: number,
  { side = 8, channels = 3, seed = 1, predicted = (index: number) => index % 2 } = {},
): FinishedRun {
  const size = side * side * channels;
  const bytes = Uint8Array.from(uniforms(count * size, ['noise']), (x) => Math.floor(x * 256));
  const predictions = Array.from({ length: count }, (_, index): Prediction => {
    return { index, label: index % 2, predicted: predicted(index), confidence: index / count };
  });
  const validation = {
    ...{ width: side, height: side, channels, pixels: new MemoryPixels(bytes, size) },
    labels: Int32Array.from(predictions, ({ label }) => label),
  };
  return { experiment: { seed }, data: { validation }, predictions } as unknown as FinishedRun;
}

describe('the sheet of images', () => {
  for (const channels of [1, 3])
    it(`has small images of ${channels} channels unchanged`, async () => {
      const noise = run(30, { channels });
      const sheet = planSheet(noise);
      expect(sheet.indexes).to.have.length(30);
      const webp = await drawSheet(sheet, noise);
      for (const [place, index] of sheet.indexes.entries()) {
        const tile = await sharp(webp)
          .extract(tileAt(sheet, place))
          .toColourspace(channels === 1 ? 'b-w' : 'srgb')
          .raw()
          .toBuffer();
        expect(tile.equals(noise.data.validation.pixels.of(index)), `image ${index}`).to.equal(
          true,
        );
      }
    });

  it('scales large images down, and has a single image', async () => {
    const large = run(1, { side: 256 });
    const sheet = planSheet(large);
    expect(sheet).to.deep.equal({ columns: 1, width: 64, height: 64, indexes: [0] });
    expect(sheetSize(sheet)).to.deep.equal({ width: 64, height: 64 });
    const { format, width, height } = await sharp(await drawSheet(sheet, large)).metadata();
    expect({ format, width, height }).to.deep.equal({ format: 'webp', width: 64, height: 64 });
  });

  it('has the most confident mistakes of each pair of classes, and correct predictions', () => {
    // Every third image is predicted as the other class.
    const predicted = (index: number) => (index % 3 === 0 ? 1 - (index % 2) : index % 2);
    const mixed = run(600, { predicted });
    const chosen = new Set(planSheet(mixed).indexes);
    for (const label of [0, 1]) {
      const own = mixed.predictions.filter((prediction) => prediction.label === label);
      const mistakes = own.filter((prediction) => prediction.predicted !== label);
      const surest = mistakes.slice(-24).map(({ index }) => index);
      expect(chosen).to.include.all.keys(surest);
      const correct = own.filter(
        ({ predicted, index }) => predicted === label && chosen.has(index),
      );
      expect(correct.length).to.be.within(24, 24 + GRID_SIZE);
    }
  });

  it('has all images of examples.png and mistakes.png', () => {
    const many = run(20_000, { side: 1, predicted: (index) => (index % 5 === 0 ? 0 : index % 2) });
    const mistakes = surestMistakes(many.predictions).slice(0, GRID_SIZE);
    const shown = [...randomExamples(many.predictions, 1), ...mistakes];
    expect(planSheet(many).indexes).to.include.members(shown.map(({ index }) => index));
  });

  it('is bounded for any number of classes', () => {
    const many = run(20_000, { side: 1, predicted: (index) => Math.floor(index / 24) });
    expect(planSheet(many).indexes).to.have.length(600);
  });

  it('depends on the seed alone', () => {
    const [one, again, other] = [1, 1, 2].map((seed) => planSheet(run(200, { seed })));
    expect(one).to.deep.equal(again);
    expect(one).to.not.deep.equal(other);
  });
});
