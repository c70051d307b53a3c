import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { backbones } from '../../../src/model/backbones/table.ts';
import { kerasOrder } from '../../../src/model/weights/load.ts';

/** `name class shape parameters inputs…` of each layer, in the order of Keras' `model.layers`. */
const references: Record<string, { inputShape: number[]; layers?: string[] }> = JSON.parse(
  readFileSync(new URL('../backbones/keras-applications.json', import.meta.url), 'utf8'),
);

describe("Keras' order of layers", () => {
  for (const [name, { inputShape, layers = [] }] of Object.entries(references)) {
    const backbone = backbones[name];
    if (!backbone || layers.length === 0) continue;

    it(`is that of ${name}, from the graph alone`, () => {
      const nodes = backbone.layers({ inputShape, alpha: 1, imagenet: false });
      const order = kerasOrder({ inputShape, nodes: shuffled(nodes) });
      expect(order.map((layer) => `${layer.name} ${layer.className}`)).to.deep.equal(
        layers.map((line) => line.split(' ').slice(0, 2).join(' ')),
      );
    });
  }
});

/** Another order in which each node still comes after those it reads. */
function shuffled<Node extends { name: string; inputs: readonly string[] }>(
  nodes: readonly Node[],
): Node[] {
  const names = new Set(nodes.map((node) => node.name));
  const placed: Node[] = [];
  let waiting = [...nodes];
  while (waiting.length > 0) {
    const there = new Set(placed.map((node) => node.name));
    const ready = waiting.filter(({ inputs }) =>
      inputs.every((input) => !names.has(input) || there.has(input)),
    );
    placed.push(...ready.toReversed());
    waiting = waiting.filter((node) => !ready.includes(node));
  }
  return placed;
}
