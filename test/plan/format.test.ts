import { expect } from 'chai';
import { NO_FILES } from '../../src/config/file-hashes.ts';
import type { AugmentConfig } from '../../src/experiment/experiment.ts';
import { formatPlan } from '../../src/plan/format.ts';
import { planRun } from '../../src/plan/plan.ts';
import { experiment, named, phase } from '../experiment.ts';

describe('formatPlan', () => {
  it('shows layers with shapes, parameters and phases, then what each phase trains', () => {
    const plan = planRun(
      experiment({
        backbone: named('vgg16', { cut: 'block1_pool' }),
        phases: [phase({ name: 'head', freeze: ['backbone'], epochs: 5 }), phase({ name: 'all' })],
      }),
      { graph: null, hashes: NO_FILES, mostImages: null },
    );
    expect(formatPlan(plan)).to.deep.equal([
      `test  ${plan.id}`,
      '',
      'layer         kind                output  parameters   FLOPs  trained in',
      'block1_conv1  conv2d        32 × 32 × 64       1,792   3.6 M  all',
      'block1_conv2  conv2d        32 × 32 × 64      36,928  75.6 M  all',
      'block1_pool   maxPooling2d  16 × 16 × 64              65.5 k',
      'flatten       flatten              16384',
      'predictions   dense                   10     163,850   328 k  all phases',
      '',
      'input 32 × 32 × 3, 5 layers, 202,570 parameters, 79.6 MFLOPs per image',
      '',
      'phase  epochs  batch  optimizer  trainable  frozen  memory (min)',
      'head        5     32  adam         163,850  38,720       2.78 MB',
      'all         1     32  adam         202,570       0       24.2 MB',
      '',
      'head: frozen up to flatten, computed once instead of 5 times: saves 317 MFLOPs per image, 16384 features take 65.5 kB',
    ]);
  });

  it('says what caching features saves only if it saves something', () => {
    const said = (epochs: number, augment: readonly AugmentConfig[] = [], cached = false) => {
      const base = experiment({
        backbone: named('vgg16', { cut: 'block1_pool' }),
        phases: [phase({ name: 'head', freeze: ['backbone'], epochs })],
      });
      const changed = { ...base, data: { ...base.data, augment } };
      const plan = planRun(changed, { graph: null, hashes: NO_FILES, mostImages: null });
      const phases = plan.phases.map((each) => {
        return { ...each, features: each.features && { ...each.features, cached } };
      });
      return formatPlan({ ...plan, phases }).at(-1);
    };
    const start = 'head: frozen up to flatten';
    const flip = { kind: 'flip', args: { direction: 'horizontal' } };
    const cutout = { kind: 'cutout', args: { size: 8 } };
    expect(said(1)).to.equal(`${start}, computed once: 16384 features take 65.5 kB`);
    expect(said(2, [flip])).to.equal(`${start}, computed in 2 views: 16384 features take 131 kB`);
    expect(said(3, [], true)).to.equal(
      `${start}, found in the cache: saves 238 MFLOPs per image, 16384 features take 65.5 kB`,
    );
    expect(said(1, [cutout])).to.equal(
      `${start}, computed in each epoch: augmentation by cutout changes the images at random`,
    );
  });

  it('marks a layer that no phase trains', () => {
    const plan = planRun(experiment({ phases: [phase({ freeze: ['backbone'] })] }), {
      graph: null,
      hashes: NO_FILES,
      mostImages: null,
    });
    expect(formatPlan(plan)[3]).to.match(/^block1_conv1 .* none$/);
  });
});
