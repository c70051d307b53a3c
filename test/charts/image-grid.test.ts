import { expect } from 'chai';
import type { Prediction } from '../../src/analysis/classification.ts';
import { examplesChart, mistakesChart, type PredictedImages } from '../../src/charts/image-grid.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { draw, refuseWarnings, textsOf } from './drawn.ts';

const SIDE = 32;

/** Images of alternating black and white pixels; every third is predicted as the other class. */
function images(count: number, channels = 3): PredictedImages {
  const size = SIDE * SIDE * channels;
  const chequered = (_: unknown, i: number) => {
    const place = Math.floor((i % size) / channels);
    return (place + Math.floor(place / SIDE)) % 2 ? 255 : 0;
  };
  const predictions = Array.from({ length: count }, (_, index): Prediction => {
    const label = index % 2;
    const predicted = index % 3 === 0 ? 1 - label : label;
    return { index, label, predicted, confidence: 0.5 + index / (2 * count) };
  });
  return {
    title: 'a run',
    classNames: ['tiger', 'lion'],
    images: {
      height: SIDE,
      width: SIDE,
      channels,
      pixels: new MemoryPixels(Uint8Array.from({ length: count * size }, chequered), size),
      labels: Int32Array.from(predictions, ({ label }) => label),
    },
    predictions,
  };
}

const marks = (texts: readonly string[], mark: string) => texts.filter((t) => t.startsWith(mark));

describe('images with their predictions', () => {
  refuseWarnings();

  it('are 25, each with its predicted class, probability and true class', async () => {
    const texts = await textsOf(await examplesChart(images(60), 1));
    expect(marks(texts, '✓').length + marks(texts, '✗').length).to.equal(25);
    expect(marks(texts, 'true: ')).to.have.length(25);
    expect(texts.filter((text) => /^\d+ %$/.test(text))).to.have.length(25);
    const correct = marks(texts, '✓').length;
    expect(texts).to.include(
      `25 of 60 validation images, a random sample; ${correct} predicted correctly`,
    );
  });

  it('have their names, of which the end is shown', async () => {
    const { images: own, ...rest } = images(60);
    const names = own.labels.map((_, i) => i);
    const long = (i: number) => `${'folder/'.repeat(20)}${i}.jpg`;
    const all = { ...rest, images: { ...own, names: Array.from(names, long) } };
    const texts = await textsOf(await examplesChart(all, 1));
    expect(texts.filter((text) => /^….*folder\/\d+\.jpg$/.test(text))).to.have.length(25);
  });

  it('depend on the seed alone', async () => {
    const chosen = async (seed: number) => JSON.stringify(await examplesChart(images(60), seed));
    expect(await chosen(1)).to.equal(await chosen(1));
    expect(await chosen(1)).to.not.equal(await chosen(2));
  });

  it('are all images if there are fewer', async () => {
    const texts = await textsOf(await examplesChart(images(3), 1));
    expect([...marks(texts, '✓'), ...marks(texts, '✗')]).to.have.length(3);
  });

  it('are enlarged without blur', async () => {
    for (const channels of [1, 3]) {
      const { pixel } = await draw(await examplesChart(images(1, channels), 1));
      // The middle of the first image: each of its pixels has 9 pixels in the PNG.
      const [left, top] = [100, 200];
      const shades = Array.from({ length: 72 }, (_, i) => pixel(left + i, top)[0] ?? -1);
      const changes = shades.filter(
        (shade, i) => i > 0 && Math.abs(shade - (shades[i - 1] ?? 0)) > 200,
      );
      expect(changes).to.have.length.within(7, 8);
      expect(shades.filter((shade) => shade > 20 && shade < 235)).to.deep.equal([]);
    }
  });

  it('have room for the names of CIFAR-100', async () => {
    const classNames = ['aquarium_fish', 'pickup_truck'];
    const texts = await textsOf(await examplesChart({ ...images(60), classNames }, 1));
    expect(texts).to.include.members(['✗ aquarium_fish', '✓ aquarium_fish', 'true: aquarium_fish']);
    expect(texts.filter((text) => text.endsWith('…'))).to.deep.equal([]);
  });

  it('mark mistakes by a frame and a cross', async () => {
    const incorrect = images(1);
    const [mistake] = incorrect.predictions;
    const correct = { ...incorrect, predictions: [{ ...(mistake as Prediction), predicted: 0 }] };
    expect(marks(await textsOf(await examplesChart(incorrect, 1)), '✗ lion')).to.have.length(1);
    expect(marks(await textsOf(await examplesChart(correct, 1)), '✓ tiger')).to.have.length(1);
    const framed = async (shown: PredictedImages) => {
      const { pixel, width } = await draw(await examplesChart(shown, 1));
      const row = Array.from({ length: width }, (_, x) => pixel(x, 300));
      return row.filter(
        ([red = 0, green = 255, blue = 255]) => red > 200 && green < 110 && blue < 30,
      ).length;
    };
    expect(await framed(incorrect)).to.be.within(12, 20);
    expect(await framed(correct)).to.equal(0);
  });

  it('show the most confident mistakes first', async () => {
    const texts = await textsOf(await mistakesChart(images(300)));
    expect(texts).to.include('25 of 100 mistakes in 300 validation images, most confident first');
    expect(marks(texts, '✗')).to.have.length(25);
    const percentages = texts.filter((text) => /^\d+ %$/.test(text)).map(Number.parseFloat);
    expect(percentages).to.deep.equal(percentages.toSorted((a, b) => b - a));
    expect(percentages[0]).to.equal(100);
  });

  it('have a text if there is no mistake', async () => {
    const all = images(30);
    const predictions = all.predictions.map((p) => ({ ...p, predicted: p.label }));
    const chart = await mistakesChart({ ...all, predictions });
    expect(await textsOf(chart)).to.include('no mistakes in 30 validation images');
    expect((await draw(chart)).width).to.be.above(300);
  });
});
