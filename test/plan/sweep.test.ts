import { expect } from 'chai';
import { loadResolved } from '../../src/load-experiment.ts';
import { planSweep } from '../../src/plan-experiment.ts';
import { runModelsIn } from '../../src/runs/run-models.ts';

const EXPERIMENT = `
name: test
seed: 5
vars: { units: 8, size: { filters: 4, kernel: 3 } }
data: { dataset: digits, validation: 0.2 }
model:
  backbone:
    inputShape: [28, 28, 1]
    weights: random
    layers: [conv2d: { filters: '\${size.filters}', kernelSize: '\${size.kernel}' }]
  head: [flatten, dense: '\${units}', dense: { units: 10, activation: softmax }]
phases: [{ name: train, epochs: 3, optimizer: { name: adam, learningRate: 1e-3 } }]
`;
const RATE = 'phases.train.optimizer.learningRate';

async function planned(sweep: string) {
  const text = `${EXPERIMENT}sweep: ${sweep}\n`;
  const loaded = loadResolved(text, text);
  return (await planSweep(loaded, runModelsIn('runs'))).trials;
}

describe('a planned sweep', () => {
  it('gives each run a value for every setting of the sweep, by default that of the file', async () => {
    const include = `include: [{ vars.units: 16 }, { ${RATE}: 0.1, phases.train.epochs: 7 }]`;
    const trials = await planned(`{ parameters: { ${RATE}: { values: [0.01] } }, ${include} }`);
    expect(trials.map(({ settings }) => settings)).to.deep.equal([
      { [RATE]: 0.01, 'vars.units': 8, 'phases.train.epochs': 3 },
      { [RATE]: 0.001, 'vars.units': 16, 'phases.train.epochs': 3 },
      { [RATE]: 0.1, 'vars.units': 8, 'phases.train.epochs': 7 },
    ]);
    expect(trials.map(({ experiment }) => experiment.phases[0]?.epochs)).to.deep.equal([3, 3, 7]);
  });

  it('contains no run twice if it is both a combination and included', async () => {
    const include = 'include: [{ vars.units: 8 }, { vars.units: 9 }]';
    const parameters = `parameters: { vars.units: { values: [8] }, ${RATE}: { values: [1e-3] } }`;
    const trials = await planned(`{ ${parameters}, ${include}, seeds: 2 }`);
    const seen = trials.map(({ settings, replicate }) => [...Object.values(settings), replicate]);
    expect(seen).to.deep.equal([
      [8, 0.001, 5, 1],
      [8, 0.001, 6, 2],
      [9, 0.001, 5, 1],
      [9, 0.001, 6, 2],
    ]);
  });

  it('splits the images of all seeds in the same way, by the seed of the file or by splitSeed', async () => {
    const splits = async (sweep: string) =>
      (await planned(sweep)).map(({ experiment: { seed, data } }) => [seed, data.splitSeed]);
    const rate = `parameters: { ${RATE}: { values: [1e-3] } }`;
    expect(await splits(`{ ${rate} }`)).to.deep.equal([[5, null]]);
    expect(await splits(`{ ${rate}, seeds: [7, 5] }`)).to.deep.equal([
      [7, 5],
      [5, 5],
    ]);
    expect(await splits('{ parameters: { seed: { values: [7, 8] } } }')).to.deep.equal([
      [7, 5],
      [8, 5],
    ]);
    expect(
      await splits('{ parameters: { data.splitSeed: { values: [1, 2] } }, seeds: [7] }'),
    ).to.deep.equal([
      [7, 1],
      [7, 2],
    ]);
  });

  it('does not count the seed of the split as another run if it is the seed anyway', async () => {
    const rate = `parameters: { ${RATE}: { values: [1e-3] } }`;
    const [alone] = await planned(`{ ${rate} }`);
    const [other, same] = await planned(`{ ${rate}, seeds: [7, 5] }`);
    expect(same?.plan.id).to.equal(alone?.plan.id);
    expect(other?.plan.id).not.to.equal(alone?.plan.id);
  });

  it('sets several values at once through a variable that is a map', async () => {
    const size = 'vars.size: { values: [{ filters: 2, kernel: 5 }, { filters: 6, kernel: 1 }] }';
    const trials = await planned(`{ parameters: { ${size} } }`);
    const shapes = trials.map(({ plan }) => plan.layers[0]?.outputShape);
    expect(shapes).to.deep.equal([
      [24, 24, 2],
      [28, 28, 6],
    ]);
  });

  it('sets a value that the file does not contain', async () => {
    const size = 'phases.train.batchSize: { values: [8, 64] }';
    const trials = await planned(
      `{ parameters: { ${size}, features.dtype: { values: [float16] } } }`,
    );
    const sizes = trials.map(({ experiment }) => experiment.phases[0]?.batchSize);
    expect(sizes).to.deep.equal([8, 64]);
    expect(trials[0]?.experiment.features.dtype).to.equal('float16');
  });
});
