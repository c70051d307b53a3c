import { expect } from 'chai';
import { curvesChart } from '../../src/charts/curves.ts';
import type { EpochRecord } from '../../src/train/callbacks.ts';
import { epoch, epochs } from '../run-folder/epochs.ts';
import { draw, refuseWarnings, textsOf } from './drawn.ts';

function curves(epochs: readonly EpochRecord[]) {
  return curvesChart({ title: 'vgg19-two-phase', epochs });
}

/** The same epochs with only these metrics, which have the values of the accuracy. */
function measuring(metrics: readonly string[], epochs: readonly EpochRecord[]): EpochRecord[] {
  const only = ({ loss, accuracy = 0 }: EpochRecord['train']) => {
    return {
      ...(loss && { loss }),
      ...Object.fromEntries(metrics.map((name) => [name, accuracy])),
    };
  };
  return epochs.map((epoch) => ({
    ...epoch,
    train: only(epoch.train),
    validation: only(epoch.validation),
  }));
}

describe('learning curves', () => {
  refuseWarnings();

  it('show loss and accuracy side by side', async () => {
    const { width, height } = await draw(curves(epochs({ head: 50, 'fine-tune': 150 })));
    expect(width).to.be.within(2000, 2600);
    expect(height).to.be.within(900, 1200);
  });

  it('have text even on a machine without fonts', async () => {
    const records = measuring([], epochs({ a: 3 }));
    const titled = await draw(curvesChart({ title: 'WWWW', epochs: records }));
    const untitled = await draw(curvesChart({ title: ' ', epochs: records }));
    const title = [32, 24, 150, 76] as const;
    expect(titled.ink(...title)).to.be.above(300);
    expect(untitled.ink(...title)).to.equal(0);
  });

  it('name the phases, both splits and the best epoch', async () => {
    const texts = await textsOf(curves(epochs({ head: 50, 'fine-tune': 150 })));
    expect(texts.filter((text) => text === 'head' || text === 'fine-tune')).to.have.length(4);
    expect(texts).to.include.members(['Loss', 'Accuracy', 'training', 'validation', '200']);
    const { validation } = epoch(200);
    const [loss, accuracy] = [validation.loss ?? 0, validation.accuracy ?? 0];
    expect(texts).to.include(
      `validation: best ${loss.toFixed(4)} in epoch 200, last ${loss.toFixed(4)}`,
    );
    const percent = `${(100 * accuracy).toFixed(2)} %`;
    expect(texts).to.include(`validation: best ${percent} in epoch 200, last ${percent}`);
  });

  it('do not overlap the names of short phases', async () => {
    const phases = { one: 1, two: 1, three: 1, main: 197 };
    const chart = curves(epochs(phases)) as { concat: { layer: object[] }[] };
    const tops = JSON.stringify(chart.concat[0]?.layer).matchAll(
      /"text","fontSize".*?"value":(-\d+)/g,
    );
    expect(new Set([...tops].map((match) => match[1]))).to.have.property('size', 4);
  });

  it('draw a run of one epoch', async () => {
    const texts = await textsOf(curves([epoch(1)]));
    expect(texts.filter((text) => text === '1')).to.have.length(2);
    const { width } = await draw(curves(measuring([], [epoch(1)])));
    expect(width).to.be.above(900);
  });

  it('draw only the loss of an experiment without metrics', async () => {
    const texts = await textsOf(curves(measuring([], epochs({ head: 3 }))));
    expect(texts).to.include('Loss').and.not.include('Accuracy');
  });

  it('draw a panel for each metric, in the format of its descriptor', async () => {
    const records = measuring(['accuracy', 'f1', 'precision', 'top5', 'auc'], epochs({ head: 3 }));
    const texts = await textsOf(curves(records));
    expect(texts).to.include.members(['Loss', 'Accuracy', 'F1', 'Precision', 'Top 5', 'AUC']);
    const last = records.at(-1)?.validation.accuracy ?? 0;
    const summary = (value: string) => `validation: best ${value} in epoch 3, last ${value}`;
    const shares = texts.filter((text) => text === summary(`${(100 * last).toFixed(2)} %`));
    expect(shares).to.have.length(4);
    expect(texts.filter((text) => text === summary(last.toFixed(4)))).to.have.length(1);
    expect(texts).to.include.members(['85%', '0.85']);
  });

  it('rank values by the goal of their metric', async () => {
    const [better, worse] = [0.1, 0.2].map((mse, i) => {
      return epoch(i + 1, { train: { loss: 1, mse }, validation: { loss: 1, mse } });
    }) as [EpochRecord, EpochRecord];
    const texts = await textsOf(curves([better, worse]));
    expect(texts).to.include('validation: best 0.1000 in epoch 1, last 0.2000');
  });

  it('show the finite values of a run that diverged', async () => {
    const lost = { loss: Number.NaN, accuracy: 0.1 };
    const diverged = [epoch(1), epoch(2, { train: lost, validation: lost })];
    expect((await textsOf(curves(diverged))).join()).to.match(/best \S+ in epoch 1, last NaN/);
    const [never] = [epoch(1, { train: lost, validation: lost })];
    expect(await textsOf(curves([never]))).to.include('no validation value is a number');
  });

  it('have a logarithmic axis for a loss with an outlier', async () => {
    const records = epochs({ head: 30 });
    const far = epoch(31, {
      train: { loss: 900, accuracy: 0 },
      validation: { loss: 0.5, accuracy: 0 },
    });
    expect(await textsOf(curves(records))).to.not.include('logarithmic');
    expect(await textsOf(curves([...records, far]))).to.include.members(['logarithmic', '100']);
  });
});
