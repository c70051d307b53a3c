import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { augmentBatch, augmentKinds } from '../../../src/data/augment/apply.ts';
import type { AugmentArgs, LabelledBatch } from '../../../src/data/augment/augment.ts';
import { definition, filled, mapSchema } from '../../../src/experiment/schema.ts';
import { useEngine } from '../../engine.ts';

const count = 64;

describe('augmentation', () => {
  const engine = useEngine();

  /** Returns the arguments that the schema fills in. */
  const defaults = (kind: string): AugmentArgs => {
    const { properties = {} } = mapSchema(definition('augmentation'));
    return filled(mapSchema(properties[kind] ?? {}), {});
  };

  /** Makes equal images of 6 x 5 pixels with the values 1 to 90, different for each row, column and channel. */
  function images(): LabelledBatch {
    const image = tf.range(1, 91).reshape([1, 6, 5, 3]);
    const labels = tf.range(0, count, 1, 'int32').mod(4).toInt();
    return { x: image.tile([count, 1, 1, 1]), y: tf.oneHot(labels, 4).toFloat().as2D(count, 4) };
  }

  function augmented(kind: string, args: AugmentArgs, key: (string | number)[] = [1]) {
    const { x, y } = tf.tidy(() => {
      const changed = augmentBatch(images(), [{ kind, args }], engine(), key);
      return { x: changed.x, y: changed.y };
    });
    return { x: x.arraySync(), y: y.arraySync() };
  }

  const original = () => images().x.arraySync()[0] as number[][][];
  /** Counts the images that equal each of these. Every image must equal one of them. */
  const countEqual = (x: number[][][][], possible: number[][][][]) => {
    const texts = possible.map((image) => JSON.stringify(image));
    const counts = texts.map(() => 0);
    for (const image of x) {
      const index = texts.indexOf(JSON.stringify(image));
      expect(index, JSON.stringify(image)).to.be.at.least(0);
      counts[index] = (counts[index] as number) + 1;
    }
    return counts;
  };
  const mirrored = (image: number[][][]) => image.map((row) => row.toReversed());

  for (const kind of augmentKinds.keys())
    it(`${kind} depends on its key alone, and keeps shape and range`, () => {
      const args = defaults(kind);
      const { x, y } = augmented(kind, args, [7, 'a']);
      expect(augmented(kind, args, [7, 'a'])).to.deep.equal({ x, y });
      expect(augmented(kind, args, [7, 'b'])).to.not.deep.equal({ x, y });
      expect(tf.tensor4d(x).shape).to.deep.equal([count, 6, 5, 3]);
      for (const value of x.flat(3)) expect(value).to.be.within(0, 255);
      for (const row of y) expect(row.reduce((sum, p) => sum + p, 0)).to.be.closeTo(1, 1e-6);
    });

  it('flip mirrors about half of the images', () => {
    const { x } = augmented('flip', { direction: 'horizontal' });
    const [same, other] = countEqual(x, [original(), mirrored(original())]);
    expect(same).to.be.within(20, 44);
    expect(other).to.be.within(20, 44);
  });

  it('flip in both directions gives four mirror images', () => {
    const { x } = augmented('flip', { direction: 'horizontalAndVertical' });
    const upside = original().toReversed();
    const views = [original(), mirrored(original()), upside, mirrored(upside)];
    for (const found of countEqual(x, views)) expect(found).to.be.within(6, 28);
  });

  it('crop gives every window of the padded image, with unchanged pixels', () => {
    const { x } = augmented('crop', { padding: 1 });
    const at = (row: number, column: number) => original()[row]?.[column] ?? [0, 0, 0];
    const windows = [-1, 0, 1].flatMap((down) =>
      [-1, 0, 1].map((right) =>
        original().map((line, row) => line.map((_, column) => at(row + down, column + right))),
      ),
    );
    for (const found of countEqual(x, windows)) expect(found).to.be.at.least(1);
  });

  it('cutout blackens one square, cut off at the edges, and nothing else', () => {
    const { x } = augmented('cutout', { size: 3 });
    const square = (row: number, column: number) =>
      original().map((line, r) =>
        line.map((pixel, c) =>
          Math.abs(r - row) <= 1 && Math.abs(c - column) <= 1 ? [0, 0, 0] : pixel,
        ),
      );
    const possible = [0, 1, 2, 3, 4, 5].flatMap((row) =>
      [0, 1, 2, 3, 4].map((column) => square(row, column)),
    );
    const counts = countEqual(x, possible);
    expect(counts.filter((n) => n > 0).length).to.be.at.least(20);
  });

  it('brightness adds one value to the whole image, at most the factor times 255', () => {
    const { x } = augmented('brightness', { factor: 0.1 });
    const changes = x.map((image) => (image[5]?.[4]?.[2] as number) - 90);
    for (const change of changes) expect(Math.abs(change)).to.be.at.most(25.5);
    expect(Math.max(...changes)).to.be.above(15);
    expect(Math.min(...changes)).to.be.below(-15);
    x.forEach((image, i) => {
      image.flat(2).forEach((value, place) => {
        expect(value).to.be.closeTo(Math.max(0, place + 1 + (changes[i] as number)), 1e-4);
      });
    });
  });

  it('contrast scales the distance from the mean of each channel, and keeps the mean', () => {
    const { x } = augmented('contrast', { factor: 0.5 });
    const spread = (image: number[][][]) =>
      (image[5]?.[4]?.[0] as number) - (image[0]?.[0]?.[0] as number);
    const scales = x.map((image) => spread(image) / spread(original()));
    const means = tf.tensor4d(x).mean([1, 2]).arraySync() as number[][];
    x.forEach((_, i) => {
      if ((scales[i] as number) > 1) return;
      [44.5, 45.5, 46.5].forEach((mean, channel) => {
        expect(means[i]?.[channel]).to.be.closeTo(mean, 1e-3);
      });
    });
    for (const scale of scales) expect(scale).to.be.within(0.5 - 1e-6, 1.5);
    expect(Math.min(...scales)).to.be.below(0.6);
  });

  it('mixup blends images and labels with the same weight, mostly near 0 or 1', () => {
    const batch = { x: tf.range(0, count).reshape([count, 1, 1, 1]), y: tf.eye(count) };
    const { x, y } = augmentBatch(
      batch as LabelledBatch,
      [{ kind: 'mixup', args: { alpha: 0.2 } }],
      engine(),
      [3],
    );
    const blended = tf.matMul(y, tf.range(0, count).reshape([count, 1])).dataSync();
    x.dataSync().forEach((value, i) => {
      expect(value).to.be.closeTo(blended[i] as number, 1e-3);
    });
    const own = (y.arraySync() as number[][]).map((row, i) => row[i] as number);
    expect(own.filter((weight) => weight < 0.1 || weight > 0.9).length).to.be.within(28, 60);
    expect(own.filter((weight) => weight > 0.1 && weight < 0.9).length).to.be.at.least(5);
  });

  /** Makes images whose left half is red and whose right half is green. */
  const halves = (): LabelledBatch => {
    const half = (pixel: number[]) => tf.tensor1d(pixel).reshape([1, 1, 1, 3]).tile([1, 8, 4, 1]);
    const image = tf.concat([half([255, 0, 0]), half([0, 255, 0])], 2);
    const y = tf
      .oneHot(tf.zeros([count], 'int32'), 2)
      .toFloat()
      .as2D(count, 2);
    return { x: image.tile([count, 1, 1, 1]), y };
  };
  const pixelsAfter = (kind: string, args: AugmentArgs) =>
    augmentBatch(halves(), [{ kind, args }], engine(), [5]).x.arraySync();

  it('rotate turns around the centre by up to its factor of a full turn, either way', () => {
    const slope = (image: number[][][]) => {
      const edge = (row: number) => (image[row] ?? []).filter(([red = 0]) => red > 127).length;
      return edge(7) - edge(0);
    };
    const slopes = pixelsAfter('rotate', { factor: 1 / 12 }).map(slope);
    // The edge between the colours goes right or left by at most 7 tan(30 degrees) over 7 rows.
    for (const value of slopes) expect(Math.abs(value)).to.be.at.most(5);
    expect(Math.max(...slopes)).to.be.at.least(3);
    expect(Math.min(...slopes)).to.be.at.most(-3);
  });

  it('zoom keeps the centre in place', () => {
    for (const image of pixelsAfter('zoom', { factor: 0.5 }))
      for (const row of image) {
        expect(row.slice(0, 3).flat()).to.deep.equal([255, 0, 0, 255, 0, 0, 255, 0, 0]);
        expect(row[3]?.[0]).to.be.above(row[4]?.[0] as number);
      }
  });

  it('translate shifts by up to its factor of the width', () => {
    const reds = pixelsAfter('translate', { factor: 0.25 }).map((image) =>
      (image[4] ?? []).reduce((sum, [red = 0]) => sum + red / 255, 0),
    );
    for (const red of reds) expect(red).to.be.within(1.9, 6.1);
    expect(Math.max(...reds)).to.be.above(5);
    expect(Math.min(...reds)).to.be.below(3);
  });

  describe('colorJitter', () => {
    const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };

    it('changes nothing if all factors are 0', () => {
      const same = pixelsAfter('colorJitter', none);
      halves()
        .x.dataSync()
        .forEach((value, i) => {
          expect(same.flat(3)[i]).to.be.closeTo(value, 1e-3);
        });
    });

    it('shifts hues: red and green stay a third of the circle apart', () => {
      const { x, y } = halves();
      const args = { ...none, hue: 0.5 };
      const changed = augmentBatch({ x, y }, [{ kind: 'colorJitter', args }], engine(), [1]).x;
      for (const image of changed.arraySync()) {
        const [left, right] = [image[0]?.[0] as number[], image[0]?.[7] as number[]];
        // Colours stay saturated and a third of the circle apart: the channels rotate by one.
        expect(Math.max(...left)).to.be.closeTo(255, 1e-2);
        expect(Math.min(...left)).to.be.closeTo(0, 1e-2);
        expect([left[2], left[0], left[1]].map((v) => Math.round(v as number))).to.deep.equal(
          right.map(Math.round),
        );
      }
    });

    it('reduces and increases saturation', () => {
      const chroma = pixelsAfter('colorJitter', { ...none, saturation: 1 }).map((image) => {
        const pixel = image[0]?.[0] as number[];
        return Math.max(...pixel) - Math.min(...pixel);
      });
      expect(Math.min(...chroma)).to.be.below(60);
      expect(Math.max(...chroma)).to.be.closeTo(255, 1e-2);
    });

    it('keeps greyscale images grey', () => {
      const x = tf.fill([4, 3, 3, 1], 100) as tf.Tensor4D;
      const y = tf.ones([4, 2]) as tf.Tensor2D;
      const changed = augmentBatch(
        { x, y },
        [{ kind: 'colorJitter', args: defaults('colorJitter') }],
        engine(),
        [1],
      );
      expect(changed.x.shape).to.deep.equal([4, 3, 3, 1]);
      for (const value of changed.x.dataSync()) expect(value).to.be.within(80, 120);
    });
  });

  it('randomErasing fills one rectangle of about half of the images with noise', () => {
    const x = tf.fill([count, 20, 30, 3], 0.5) as tf.Tensor4D;
    const args = { probability: 0.5, minArea: 0.1, maxArea: 0.3 };
    const batch = { x, y: tf.ones([count, 2]) as tf.Tensor2D };
    const erased = augmentBatch(batch, [{ kind: 'randomErasing', args }], engine(), [2]).x;
    let changed = 0;
    for (const image of erased.arraySync()) {
      const places = image.flatMap((row, r) =>
        row.flatMap(([red], c) => (red === 0.5 ? [] : [[r, c] as const])),
      );
      if (places.length === 0) continue;
      changed++;
      const [rows, columns] = [places.map(([r]) => r), places.map(([, c]) => c)];
      const height = Math.max(...rows) - Math.min(...rows) + 1;
      expect(places.length).to.equal(height * (Math.max(...columns) - Math.min(...columns) + 1));
      expect(places.length / 600).to.be.at.most(0.35);
    }
    expect(changed).to.be.within(20, 44);
  });

  it('cutmix pastes a rectangle of another image, and mixes labels by its area', () => {
    const x = tf.range(0, count).reshape([count, 1, 1, 1]).tile([1, 10, 12, 1]) as tf.Tensor4D;
    const batch = { x, y: tf.eye(count) };
    const mixed = augmentBatch(batch, [{ kind: 'cutmix', args: { alpha: 1 } }], engine(), [3]);
    const labels = mixed.y.arraySync() as number[][];
    const parts: number[] = [];
    (mixed.x.arraySync() as number[][][][]).forEach((image, i) => {
      const values = image.flat(2);
      const others = new Set(values.filter((value) => value !== i));
      expect(others.size).to.be.at.most(1);
      const part = values.filter((value) => value === i).length / values.length;
      expect(labels[i]?.[i]).to.be.closeTo(part, 1e-6);
      for (const other of others) expect(labels[i]?.[other]).to.be.closeTo(1 - part, 1e-6);
      parts.push(part);
    });
    // The mean of Beta(1, 1) is a half. Rectangles that an edge cuts off leave more of the own image.
    expect(parts.reduce((sum, part) => sum + part, 0) / count).to.be.within(0.5, 0.8);
  });
});
