import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { backbones } from '../../../src/model/backbones/table.ts';
import { layerKinds } from '../../../src/model/layers/table.ts';
import { type LayerSummary, summarize } from '../../../src/model/summary.ts';

interface Reference {
  readonly inputShape: [number, number, number];
  readonly parameters: number;
  readonly nonTrainable: number;
  /** `name class shape parameters inputs…` */
  readonly layers?: readonly string[];
}

/** What Keras 3.15 says of keras.applications with `include_top=False, weights=None`. */
const references: Record<string, Reference> = JSON.parse(
  readFileSync(new URL('keras-applications.json', import.meta.url), 'utf8'),
);

function summary(name: string, alpha: number, inputShape: Reference['inputShape']): LayerSummary[] {
  const backbone = backbones[name];
  if (!backbone) throw new Error(`no backbone ${name}`);
  const nodes = backbone.layers({ inputShape, alpha, imagenet: false });
  return summarize({ inputShape, nodes });
}

describe('backbones', () => {
  for (const [title, reference] of Object.entries(references)) {
    const [name = '', alpha = '1'] = title.split('-');

    it(`${title} has as many parameters as in Keras`, () => {
      const layers = summary(name, Number(alpha), reference.inputShape);
      const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
      const trainable = layers.reduce((sum, layer) => sum + layer.trainableParameters, 0);
      expect(total).to.equal(reference.parameters);
      expect(total - trainable).to.equal(reference.nonTrainable);
    });

    if (!reference.layers) continue;
    it(`${title} has Keras' layers, by name, class, shape, parameters and inputs`, () => {
      const ours = summary(name, Number(alpha), reference.inputShape).map((layer) =>
        [
          layer.name,
          layerKinds[layer.kind]?.className,
          layer.outputShape.join('x'),
          layer.parameters,
          ...layer.inputs,
        ].join(' '),
      );
      expect(ours.toSorted()).to.deep.equal(reference.layers?.toSorted());
    });
  }

  it("counts Keras' published parameters", () => {
    const published = Object.fromEntries(
      Object.entries(references).map(([name, { parameters }]) => [name, parameters]),
    );
    expect(published).to.include({
      vgg16: 14_714_688,
      vgg19: 20_024_384,
      resnet50: 23_587_712,
      resnet50v2: 23_564_800,
      mobilenet: 3_228_864,
      mobilenetV2: 2_257_984,
      efficientnetB0: 4_049_571,
    });
  });
});
