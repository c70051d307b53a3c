import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { backbones } from '../../../src/model/backbones/table.ts';
import { kerasOrder } from '../../../src/model/weights/load.ts';

/** `name class shape parameters inputs…` of each layer, in the order of `model.layers` in Keras. */
const references: Record<string, { inputShape: number[]; layers?: string[] }> = JSON.parse(
  readFileSync(new URL('../backbones/keras-applications.json', import.meta.url), 'utf8'),
);

describe('kerasOrder', () => {
  for (const [name, { inputShape, layers = [] }] of Object.entries(references)) {
    const backbone = backbones[name];
    if (!backbone || layers.length === 0) continue;

    it(`sorts the layers of ${name} like Keras`, () => {
      const nodes = backbone.layers({ inputShape, alpha: 1, weights: 'other' });
      const order = kerasOrder({ inputShape, nodes: shuffled(nodes) });
      expect(order.map((layer) => `${layer.name} ${layer.className}`)).to.deep.equal(
        layers.map((line) => line.split(' ').slice(0, 2).join(' ')),
      );
    });
  }
});

/** Returns another topological order of the nodes. */
function shuffled<Node extends { name: string; inputs: readonly string[] }>(
  nodes: readonly Node[],
): Node[] {
  const names = new Set(nodes.map((node) => node.name));
  const placed: Node[] = [];
  let remaining = [...nodes];
  while (remaining.length > 0) {
    const known = new Set(placed.map((node) => node.name));
    const ready = remaining.filter(({ inputs }) =>
      inputs.every((input) => !names.has(input) || known.has(input)),
    );
    placed.push(...ready.toReversed());
    remaining = remaining.filter((node) => !ready.includes(node));
  }
  return placed;
}
