import { expect } from 'chai';
import { NO_FILES } from '../../src/config/file-hashes.ts';
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
      { graph: null, hashes: NO_FILES },
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

  it('marks a layer that no phase trains', () => {
    const plan = planRun(experiment({ phases: [phase({ freeze: ['backbone'] })] }), {
      graph: null,
      hashes: NO_FILES,
    });
    expect(formatPlan(plan)[3]).to.match(/^block1_conv1 .* none$/);
  });
});
