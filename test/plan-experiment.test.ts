import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { resolvedYaml } from '../src/config/resolved.ts';
import { planned } from './planned-runs.ts';

/** A cat and a dog folder of three files each, which nobody may decode: they are empty. */
const images = fileURLToPath(new URL('config/images', import.meta.url));

const file = (head: string) => `
data: { dataset: folder, source: ${images}, validation: 0.3 }
model:
  backbone: { inputShape: [8, 8, 3], layers: [flatten] }
  head:
    - dense: { units: 5, activation: relu }
    ${head}
phases: [{ name: head, epochs: 1, optimizer: adam }]
`;

describe('planExperiment', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-plan-'));
  });
  after(() => rm(folder, { recursive: true }));

  const plan = async (head: string, set: readonly string[] = []) => {
    const path = join(folder, 'experiment.yaml');
    await writeFile(path, file(head));
    return planned(path, set);
  };

  const forms = [
    '- dense: { units: 2, activation: softmax }',
    '- dense: { units: classes, activation: softmax }',
    '- dense: { activation: softmax }',
  ];
  for (const form of forms)
    it(`takes the number of classes from the folder of images: ${form}`, async () => {
      const { experiment, plan: planOf } = await plan(form);
      expect(planOf.layers.at(-1)?.outputShape).to.deep.equal([2]);
      expect(planOf.id).to.equal((await plan(forms[0] as string)).plan.id);
      expect(resolvedYaml(experiment)).to.match(/units: 2, activation: softmax/);
    });

  it('counts the classes that are kept, also in layers before the last', async () => {
    const head =
      '- dense: { units: classes, activation: relu }\n    - dense: classes\n    - softmax';
    const { plan: planOf } = await plan(head, ['data.classes=[dog, cat]']);
    expect(planOf.layers.map(({ outputShape }) => outputShape)).to.deep.equal([
      [192],
      [5],
      [2],
      [2],
      [2],
    ]);
    const known = await plan(head, ['data.dataset=cifar100', 'data.source=null']);
    expect(known.plan.layers.at(-1)?.outputShape).to.deep.equal([100]);
  });

  it('warns if the images of a folder are few for a batch or for moving statistics', async () => {
    const { warnings } = await plan('- batchNormalization\n    - dense: { activation: softmax }');
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.contain('batchSize 32 is above the 4 training images');
    expect(warnings[1]).to.contain('phase head: trains 1 step, too few for the moving statistics');
  });
});
