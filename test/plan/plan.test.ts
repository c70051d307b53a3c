import { expect } from 'chai';
import { NO_FILES } from '../../src/config/file-hashes.ts';
import { planRun } from '../../src/plan/plan.ts';
import { experiment, layer, named, phase } from '../experiment.ts';

const nothing = { graph: null, hashes: NO_FILES, mostImages: 50_000 };

/** The ten-layer head: dense layers, with a batch normalization after every second one. */
function tenLayerHead() {
  const units = [1024, 512, 512, 256, 256, 128, 128, 64, 64, 64];
  return [
    layer('flatten', 'flatten'),
    ...units.flatMap((width, index) => [
      layer('dense', `dense_${index}`, { units: width, activation: 'relu' }),
      layer('dropout', `dropout_${index}`, { rate: 0.25 }),
      ...(index % 2 === 1 ? [layer('batchNormalization', `bn_${index}`)] : []),
    ]),
    layer('dense', 'predictions', { units: 10, activation: 'softmax' }),
  ];
}

describe('planRun', () => {
  const twoPhases = experiment({
    backbone: named('vgg19'),
    head: tenLayerHead(),
    phases: [phase({ name: 'head', freeze: ['backbone'] }), phase({ name: 'fine-tune' })],
  });

  it('counts trainable and frozen parameters as Keras does', () => {
    const plan = planRun(twoPhases, nothing);
    // Keras 3.15, the same model: model.count_params() and its trainable weights, frozen and not.
    expect(plan.parameters).to.equal(21_605_002);
    expect(
      plan.phases.map((each) => [each.trainableParameters, each.frozenParameters]),
    ).to.deep.equal([
      [1_578_570, 21_605_002 - 1_578_570],
      [21_602_954, 21_605_002 - 21_602_954],
    ]);
  });

  it('lists the phases that train a layer', () => {
    const { layers } = planRun(twoPhases, nothing);
    const of = (name: string) => layers.find((each) => each.name === name);
    expect(of('block1_conv1')?.trainedIn).to.deep.equal(['fine-tune']);
    expect(of('predictions')?.trainedIn).to.deep.equal(['head', 'fine-tune']);
    expect(of('block1_pool')?.trainedIn).to.deep.equal([]);
  });

  it('warns of a phase that is too short for the moving statistics', () => {
    const warnings = (momentum: number | null, epochs: number, freeze: string[] = []) => {
      const changes = momentum === null ? {} : { batchNormalization: { momentum } };
      const backbone = named('efficientnetLite0', changes);
      const phases = [phase({ epochs, freeze, batchSize: 64 })];
      return planRun(experiment({ backbone, phases }), nothing).phases.map((each) => each.warning);
    };
    // 782 steps are an epoch of CIFAR-10.
    expect(warnings(null, 2)[0]).to.match(
      /^trains 1,564 steps, too few .* momentum 0.99 .* 2000 steps/,
    );
    expect(warnings(null, 3)).to.deep.equal([null]);
    expect(warnings(null, 1, ['*_bn'])).to.deep.equal([null]);
    expect(warnings(0.9, 1)).to.deep.equal([null]);
    expect(warnings(0.999, 25)[0]).to.match(/after about 20000 steps/);
  });

  it('counts FLOPs of the forward pass', () => {
    const { flops } = planRun(
      experiment({
        backbone: {
          ...named('vgg16'),
          from: {
            kind: 'layers',
            layers: [layer('conv2d', 'conv', { filters: 4, kernelSize: 3 })],
          },
          inputShape: [5, 5, 3],
        },
      }),
      nothing,
    );
    const convolution = 2 * 3 * 3 * (3 * 3 * 3) * 4 + 3 * 3 * 4;
    const dense = 2 * (3 * 3 * 4) * 10 + 10;
    expect(flops).to.equal(convolution + dense);
  });

  it('estimates less memory for a phase that trains only the head', () => {
    const [head, all] = planRun(twoPhases, nothing).phases;
    expect(head?.memory.weights).to.equal(all?.memory.weights);
    expect(head?.memory.activations).to.be.lessThan((all?.memory.activations ?? 0) / 10);
    expect(all?.memory.optimizer).to.equal(2 * (all?.memory.gradients ?? 0));
  });

  it('is plain JSON', () => {
    const plan = planRun(twoPhases, nothing);
    expect(JSON.parse(JSON.stringify(plan))).to.deep.equal(plan);
  });

  it('has an id that depends on everything that affects the result', () => {
    const id = planRun(twoPhases, nothing).id;
    const of = (changed: Partial<typeof twoPhases>) =>
      planRun({ ...twoPhases, ...changed }, nothing).id;
    expect(id).to.match(/^[0-9a-f]{10}$/);
    expect(of({ name: 'another' })).to.equal(id);
    expect(of(Object.fromEntries(Object.entries(twoPhases).toReversed()))).to.equal(id);
    expect(of({ seed: 2 })).not.to.equal(id);
    const cropped = { ...twoPhases.data.resize, fit: 'crop' } as const;
    expect(of({ data: { ...twoPhases.data, resize: cropped } })).not.to.equal(id);
  });
});
