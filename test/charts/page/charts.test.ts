import { expect } from 'chai';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Chart, type ChartProps, chartScales } from '../../../src/charts/page/chart.tsx';
import { comparedCharts, runCharts } from '../../../src/charts/page/run-charts.ts';
import { makeRunDetail } from '../../runs/made-run-detail.ts';

const chart = (values: readonly (number | null)[], metric = 'loss'): ChartProps => ({
  title: 'Loss',
  metric,
  note: '',
  phases: [],
  lines: [{ name: 'validation', color: 'validation', dash: 0, values }],
});

const render = (props: ChartProps) => renderToString(h(Chart, props));
const pathsIn = (html: string) => [...html.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d ?? '');

describe('charts of the page', () => {
  it('show each metric with its phases and its best validation epoch', () => {
    const charts = runCharts(makeRunDetail().epochs);
    expect(charts.map(({ title }) => title)).to.deep.equal(['Loss', 'Accuracy']);
    expect(charts[0]?.note).to.match(/^validation: best 0\.19\d+ in epoch 10$/);
    expect(charts[1]?.note).to.match(/^validation: best 95\.\d\d % in epoch 10$/);
    expect(charts[0]?.phases).to.deep.equal([
      { phase: 'head', from: 0.5, to: 4.5 },
      { phase: 'fine-tune', from: 4.5, to: 10.5 },
    ]);
  });

  it('have a gap for a missing value, and show a single value as a point', () => {
    const [gapped] = pathsIn(render(chart([1, 0.5, null, 0.4, 0.3])));
    expect(gapped?.match(/M/g)).to.have.length(2);
    const [point] = pathsIn(render(chart([0.5])));
    expect(point).to.match(/^M[\d.]+ [\d.]+z$/);
    const empty = render(chart([null, null]));
    expect(empty).to.not.include('NaN');
  });

  it('have a logarithmic axis for a steep loss', () => {
    const steep = [1000, 3, 2, 1, 0.5];
    const labels = (metric: string) =>
      chartScales(chart(steep, metric)).valueTicks.map(({ label }) => label);
    expect(labels('val_loss')).to.include.members(['1', '10', '100', '1000']);
    expect(labels('mse')).to.include.members(['0', '200', '400']);
  });

  it('find the epoch at a horizontal position', () => {
    const { x, epochAt, lastEpoch } = chartScales(chart([3, 2, 1]));
    expect(lastEpoch).to.equal(3);
    for (const epoch of [1, 2, 3]) expect(epochAt(x(epoch) + 20)).to.equal(epoch);
    expect([epochAt(-100), epochAt(10_000)]).to.deep.equal([1, 3]);
  });

  it('distinguish up to twenty-four runs by colour and dashes', () => {
    const runs = Array.from({ length: 24 }, (_, run) => makeRunDetail({ run }));
    const [loss] = comparedCharts(runs);
    const looks = new Set(loss?.lines.map(({ color, dash }) => `${color} ${dash}`));
    expect(looks).to.have.length(24);
  });
});
