import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { uniforms } from '../../src/common/random.ts';
import { probeAccuracies, stratifiedSplits } from '../../src/init/linear-probe.ts';
import { useEngine } from '../engine.ts';

const CLASSES = 3;
const WIDTH = 8;
/** Classes of 50, 100 and 150 images. */
const LABELS = Int32Array.from({ length: 300 }, (_, i) => (i < 50 ? 0 : i < 150 ? 1 : 2));

/** Noise in which the feature of each class is higher by `signal`. */
function featuresOf(signal: number, key: string): tf.Tensor2D {
  const noise = uniforms(LABELS.length * WIDTH, [key]);
  const values = Float32Array.from(noise, (x, i) => {
    const label = LABELS[Math.floor(i / WIDTH)] as number;
    return 100 * (x + (i % WIDTH === label ? signal : 0));
  });
  return tf.tensor2d(values, [LABELS.length, WIDTH]);
}

describe('the splits of a linear probe', () => {
  it('keep a fifth of each class to test on, another one for each seed', () => {
    const splits = stratifiedSplits({ labels: LABELS, classCount: CLASSES }, [1, 2]);
    for (const { train, test } of splits) {
      const counts = [0, 1, 2].map((label) => test.filter((i) => LABELS[i] === label).length);
      expect(counts).to.deep.equal([10, 20, 30]);
      const all = [...train, ...test].toSorted((a, b) => a - b);
      expect(all).to.deep.equal([...LABELS.keys()]);
    }
    expect(splits[0]?.test).not.to.deep.equal(splits[1]?.test);
  });

  it('train on the only image of a class', () => {
    const labels = Int32Array.of(0, 0, 0, 1);
    const [split] = stratifiedSplits({ labels, classCount: 2 }, [1]);
    expect(split?.test).to.have.length(1);
    expect([...(split?.train ?? [])]).to.include(3);
  });
});

describe('a linear probe', () => {
  useEngine();

  const accuracy = async (features: tf.Tensor2D, changed?: tf.Tensor2D) => {
    const labelled = { features, labels: LABELS, classCount: CLASSES };
    const [split] = stratifiedSplits(labelled, [1]);
    return probeAccuracies(labelled, split as NonNullable<typeof split>, changed);
  };

  it('recognizes classes that a linear classifier can tell apart', async () => {
    const [separable = 0] = await accuracy(featuresOf(2, 'a'));
    expect(separable).to.equal(1);
    const [overlapping = 0] = await accuracy(featuresOf(0.4, 'a'));
    expect(overlapping).to.be.within(0.6, 0.99);
  });

  it('learns nothing from noise', async () => {
    const [noise = 0] = await accuracy(featuresOf(0, 'a'));
    expect(noise).to.be.below(0.6);
  });

  it('tests the same classifier on changed features', async () => {
    const [own, same] = await accuracy(featuresOf(0.4, 'a'), featuresOf(0.4, 'a'));
    expect(same).to.equal(own);
    const [, lost = 1] = await accuracy(featuresOf(2, 'a'), featuresOf(0, 'b'));
    expect(lost).to.be.below(0.6);
  });

  it('leaves no tensors', async () => {
    const features = featuresOf(1, 'a');
    const before = tf.memory().numTensors;
    await accuracy(features);
    expect(tf.memory().numTensors).to.equal(before);
  });
});
