import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  chooseBest,
  experimentText,
  isFlipUseful,
  type Recommendation,
} from '../../src/init/experiment-text.ts';
import type { Probed } from '../../src/init/probe.ts';
import type { Survey } from '../../src/init/survey.ts';
import { backbones } from '../../src/model/backbones/table.ts';
import { planned } from '../planned-runs.ts';

const images = fileURLToPath(new URL('../config/images', import.meta.url));

function probed(
  backbone: string,
  accuracy: number,
  milliseconds: number,
  deviation = 0.01,
): Probed {
  return { backbone, size: 96, accuracy, milliseconds, deviation };
}

const sample = {
  height: 96,
  width: 96,
  channels: 3,
  labels: new Int32Array(6),
} as unknown as Survey['sample']['train'];

const SURVEY: Survey = {
  classNames: ['cat', 'dog'],
  counts: [3, 3],
  testCount: null,
  imbalance: 1,
  sizes: { width: { min: 20, median: 30, max: 40 }, height: { min: 20, median: 20, max: 20 } },
  areFiles: true,
  broken: [],
  damaged: [],
  duplicates: { exact: [], near: [], repeated: 0 },
  sample: { train: sample, test: null },
};

function recommendation(backbone: string, changes: Partial<Survey> = {}): Recommendation {
  const best = probed(backbone, 0.9, 5);
  return {
    name: 'pets',
    data: { dataset: 'folder', source: images },
    survey: { ...SURVEY, ...changes },
    seeds: 5,
    probed: [best, probed('vgg16', 0.8, 50)],
    best,
    flip: { plain: 0.9, flipped: 0.89 },
  };
}

const PATHS = { schema: '../schemas/editor.schema.json', source: images };

describe('the written experiment', () => {
  for (const backbone of Object.keys(backbones))
    it(`is valid, and freezes the first blocks: ${backbone}`, async () => {
      const file = join(await mkdtemp(join(tmpdir(), 'cifar-run-init-')), 'pets.yaml');
      await writeFile(file, experimentText(recommendation(backbone), PATHS));
      const { plan, experiment } = await planned(file);
      expect(plan.layers.at(-1)?.outputShape).to.deep.equal([2]);
      const [head, fineTune] = plan.phases;
      expect(head?.features?.uncached).to.equal(null);
      expect(fineTune?.trainableParameters).to.be.above(head?.trainableParameters ?? 0);
      expect(fineTune?.trainableParameters).to.be.below(plan.parameters);
      const normalization = plan.layers.filter(({ kind }) => kind === 'batchNormalization');
      expect(experiment.phases[1]?.freeze).to.have.length.at.least(
        normalization.length > 0 ? 2 : 1,
      );
    });

  it('gives its reasons', () => {
    const text = experimentText(recommendation('mobilenet'), PATHS);
    expect(text).to.match(
      /^# yaml-language-server: \$schema=\.\.\/schemas\/editor\.schema\.json\n/,
    );
    expect(text).to.contain('→  mobilenet  96 × 96  90.0 ± 1.0 %     5.0 ms');
    expect(text).to.contain('# The most frequent class has 50.0 % of the images.');
    expect(text).to.contain('20 to 40 × 20 to 20 pixels, 30 × 20 in the median');
    expect(text).to.contain(
      '90.0 % of the images, and 89.0 % of them mirrored.\n  augment: [flip: horizontal]',
    );
    expect(text).to.not.match(/classWeights|broken:/);
  });

  it('answers broken images, imbalance and a test split', () => {
    const broken = [{ path: 'cat/x.jpg', reason: 'empty' }];
    const text = experimentText(
      recommendation('mobilenet', { broken, imbalance: 7.5, testCount: 1000 }),
      { ...PATHS, source: 'my images' },
    );
    expect(text).to.contain(
      '# 1 image of the sample cannot be read, e.g. cat/x.jpg.\n  broken: skip',
    );
    expect(text).to.contain('7.5 times as many images as the smallest.\n  classWeights: balanced');
    expect(text).to.contain('# The 1,000 images of the test split.\n  validation: test');
    expect(text).to.contain('  source: "my images"\n');
  });
});

describe('the choice of a backbone', () => {
  it('is the fastest within one standard error of the most accurate', () => {
    const slow = probed('a', 0.9, 50, 0.04);
    const fast = probed('b', 0.89, 5);
    expect(chooseBest([slow, fast], 4)).to.equal(fast);
    expect(chooseBest([slow, fast], 100)).to.equal(slow);
  });

  it('flips images unless the classifier then loses more than 3 points', () => {
    expect(isFlipUseful({ plain: 0.9, flipped: 0.88 })).to.equal(true);
    expect(isFlipUseful({ plain: 0.9, flipped: 0.8 })).to.equal(false);
  });
});
