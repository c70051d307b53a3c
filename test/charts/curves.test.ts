import { expect } from 'chai';
import { curvesChart } from '../../src/charts/curves.ts';
import type { EpochRecord } from '../../src/train/callbacks.ts';
import { epoch, epochs } from '../run-folder/epochs.ts';
import { draw, refuseWarnings, textsOf } from './drawn.ts';

function curves(records: readonly EpochRecord[], metric: string | null = 'accuracy') {
  return curvesChart({ title: 'vgg19-two-phase', epochs: records, metric });
}

describe('learning curves', () => {
  refuseWarnings();

  it('are a wide image with loss and accuracy side by side', async () => {
    const { width, height } = await draw(curves(epochs({ head: 50, 'fine-tune': 150 })));
    expect(width).to.be.within(2000, 2600);
    expect(height).to.be.within(900, 1200);
  });

  it('have text, on a machine without fonts too', async () => {
    const titled = await draw(
      curvesChart({ title: 'WWWW', epochs: epochs({ a: 3 }), metric: null }),
    );
    const untitled = await draw(
      curvesChart({ title: ' ', epochs: epochs({ a: 3 }), metric: null }),
    );
    const title = [32, 24, 150, 76] as const;
    expect(titled.ink(...title)).to.be.above(300);
    expect(untitled.ink(...title)).to.equal(0);
  });

  it('name the phases, both sides and the best epoch', async () => {
    const texts = await textsOf(curves(epochs({ head: 50, 'fine-tune': 150 })));
    expect(texts.filter((text) => text === 'head' || text === 'fine-tune')).to.have.length(4);
    expect(texts).to.include.members(['Loss', 'Accuracy', 'training', 'validation', '200']);
    const { validation } = epoch(200);
    const [loss, accuracy] = [validation.loss ?? 0, validation.accuracy ?? 0];
    expect(texts).to.include(
      `validation: best ${loss.toPrecision(4)} in epoch 200, last ${loss.toPrecision(4)}`,
    );
    const percent = `${(100 * accuracy).toFixed(2)} %`;
    expect(texts).to.include(`validation: best ${percent} in epoch 200, last ${percent}`);
  });

  it('keep the names of short phases clear of each other', async () => {
    const phases = { one: 1, two: 1, three: 1, main: 197 };
    const chart = curves(epochs(phases), null) as { hconcat: { layer: object[] }[] };
    const tops = JSON.stringify(chart.hconcat[0]?.layer).matchAll(
      /"text","fontSize".*?"value":(-\d+)/g,
    );
    expect(new Set([...tops].map((match) => match[1]))).to.have.property('size', 4);
  });

  it('draw a run of one epoch', async () => {
    const texts = await textsOf(curves([epoch(1)]));
    expect(texts.filter((text) => text === '1')).to.have.length(2);
    const { width } = await draw(curves([epoch(1)], null));
    expect(width).to.be.above(900);
  });

  it('draw only the loss of an experiment without metrics', async () => {
    const texts = await textsOf(curves(epochs({ head: 3 }), null));
    expect(texts).to.include('Loss').and.not.include('Accuracy');
  });

  it('draw what there is of a run that diverged', async () => {
    const lost = { loss: Number.NaN, accuracy: 0.1 };
    const diverged = [epoch(1), epoch(2, { train: lost, validation: lost })];
    expect((await textsOf(curves(diverged))).join()).to.match(/best \S+ in epoch 1, last NaN/);
    const [never] = [epoch(1, { train: lost, validation: lost })];
    expect(await textsOf(curves([never]))).to.include('no validation value is a number');
  });

  it('take a logarithmic axis for a loss that is far out once', async () => {
    const records = epochs({ head: 30 });
    const far = epoch(31, {
      train: { loss: 900, accuracy: 0 },
      validation: { loss: 0.5, accuracy: 0 },
    });
    expect(await textsOf(curves(records))).to.not.include('logarithmic');
    expect(await textsOf(curves([...records, far]))).to.include.members(['logarithmic', '100']);
  });
});
