import { expect } from 'chai';
import { curveLines, type Paint, plotCurves } from '../../src/charts/terminal.ts';
import { diffedRun } from '../analysis/runs.ts';

const plain: Paint = (text) => text;
const format = (value: number) => value.toPrecision(4);

describe('curves in a terminal', () => {
  it('are drawn over each other on one scale, in light and heavy lines', () => {
    expect(
      plotCurves(
        [
          [0, 1, 2],
          [2, 2],
        ],
        format,
        plain,
      ),
    ).to.deep.equal(
      [
        ' 2.000 ┤━━━━━━━━━━━━━━━━╭───────',
        '       │                │',
        '       │                │',
        '       │                │',
        '       │        ╭───────╯',
        '       │        │',
        '       │        │',
        ' 0.000 ┤────────╯',
        '       └────────────────────────',
        '  epoch 1                      3',
      ].map((line) => line.slice(1)),
    );
  });

  it('have corners where they fall, and marks for values that are not finite', () => {
    const lines = plotCurves(
      [
        [1, Number.NaN, 0],
        [1, 0],
      ],
      format,
      plain,
    );
    expect(lines[0]).to.equal('1.000 ┤━━━━━━━━┓');
    expect(lines[3]).to.equal('      │        ┃');
    expect(lines[7]).to.equal('0.000 ┤        ┗━━━━━━━────────');
    const gap = plotCurves([[1, Number.NaN, 1], []], format, plain);
    expect(gap[7]).to.equal('1.000 ┤────────××××××××────────');
  });

  it('stay within 80 columns, and show the last of many epochs', () => {
    const long = Array.from({ length: 500 }, (_, i) => (i === 499 ? 600 : i));
    const lines = plotCurves([long, long], format, plain);
    expect(Math.max(...lines.map(({ length }) => length))).to.be.within(66, 80);
    expect(lines[0]).to.match(/^600\.0 ┤ {59}┏$/);
    expect(lines[7]).to.match(/^0\.000 ┤━+┛?$/);
    expect(lines.at(-1)).to.match(/^ +epoch 1 +500$/);
  });

  it('are flat if nothing changes, and are painted', () => {
    const painted = plotCurves([[0.5], [0.5]], format, (text, curve) => `${text}${curve}`);
    expect(painted[7]).to.equal('0.5000 ┤━1━1━1━1━1━1━1━1');
    expect(painted.at(-1)?.trim()).to.equal('epoch 1');
  });

  it('show the main columns, or those that are given', () => {
    const first = diffedRun({ curves: { val_loss: [4, 3, 2], val_accuracy: [Number.NaN] } });
    const second = diffedRun({ curves: { val_loss: [4, Number.NaN, 0.5] } });
    const [title, ...plot] = curveLines(first, second, {});
    expect(title).to.equal('val_loss  ─ first  ━ second');
    expect(plot).to.have.length(10);
    const columns = ['val_loss'];
    expect(curveLines(first, second, { columns })).to.deep.equal([title, ...plot]);
    expect(curveLines(first, second, { columns: ['accuracy'] })).to.deep.equal([]);
  });

  it('have scales in the format of their metric', () => {
    const run = diffedRun({ curves: { val_accuracy: [0.25, 0.5] } });
    const [, top, ...rest] = curveLines(run, run, {});
    expect(top).to.match(/^50\.00 % ┤/);
    expect(rest[6]).to.match(/^25\.00 % ┤/);
  });
});
