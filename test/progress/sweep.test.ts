import { expect } from 'chai';
import type { Screen, Step } from '../../src/progress/progress.ts';
import { type DisplayedRun, SweepDisplay } from '../../src/progress/sweep.ts';

const waiting: DisplayedRun = {
  ...{ run: 1, settings: 'rate=1', state: 'waiting', activity: '' },
  ...{ metric: null, seconds: null, isWhole: false, secondsLeft: null },
};
const finished: DisplayedRun = {
  ...waiting,
  ...{ state: 'finished', metric: 0.5, seconds: 60, isWhole: true },
};
const running: DisplayedRun = {
  ...waiting,
  state: 'running',
  activity: 'head 2/4',
  seconds: 20,
  secondsLeft: 40,
};
const wide = { columns: 200, rows: 40 };
const numbered = (runs: readonly DisplayedRun[]) =>
  runs.map((each, i) => ({ ...each, run: i + 1 }));

function display(screen: Screen | null) {
  const said = { reports: [] as string[], notes: [] as string[] };
  const step: Step = {
    report: (text) => said.reports.push(text),
    note: (line) => said.notes.push(line),
    warn: (line) => said.notes.push(line),
    ...(screen && { screen: () => screen }),
  };
  return { said, display: new SweepDisplay(step, { metric: 'val_accuracy', slots: 2 }) };
}

describe('the progress of a sweep', () => {
  it('is one table with the remaining time, if it can be redrawn', () => {
    const { said, display: table } = display(wide);
    table.show(numbered([finished, running, running, waiting, waiting]));
    // Two jobs: two runs with 40 remaining seconds each, then two runs of a minute.
    expect(said.reports.at(-1)?.split('\n')).to.deep.equal([
      'run  settings  state     val_accuracy  time  left  activity',
      '  1  rate=1    finished       50.00 %  1:00',
      '  2  rate=1    running                 20 s  40 s  head 2/4',
      '  3  rate=1    running                 20 s  40 s  head 2/4',
      '  4  rate=1    waiting',
      '  5  rate=1    waiting',
      '',
      '5 runs: 1 finished, 2 running, 2 waiting; 1:40 left',
    ]);
    expect(said.notes).to.deep.equal([]);
  });

  it('does not estimate a whole run from the rest of a resumed one', () => {
    const { said, display: table } = display(wide);
    const goneOn: DisplayedRun = { ...finished, seconds: 10, isWhole: false };
    table.show(numbered([goneOn, running, running, waiting, waiting]));
    expect(said.reports.at(-1)?.split('\n').at(-1)).to.equal(
      '5 runs: 1 finished, 2 running, 2 waiting',
    );
    table.show(numbered([goneOn, finished, running, running, waiting, waiting]));
    expect(said.reports.at(-1)?.split('\n').at(-1)).to.match(/; 1:40 left$/);
  });

  it('leaves out waiting and old finished runs if the screen is too small', () => {
    const { said, display: table } = display(wide);
    const failed: DisplayedRun = { ...finished, state: 'failed' };
    const many = Array.from({ length: 100 }, () => finished);
    table.show(numbered([failed, ...many, running, ...many.map(() => waiting)]));
    const rows = said.reports.at(-1)?.split('\n') ?? [];
    expect(rows.length).to.be.below(60);
    for (const state of ['failed', 'running', 'finished']) {
      expect(rows.some((row) => row.includes(` ${state} `))).to.equal(true);
    }
    expect(rows.find((row) => row.includes(' finished '))).not.to.match(/^ *2 /);
    expect(rows.at(-1)).to.match(/^202 runs: 1 failed, 100 finished, 1 running, 100 waiting; /);
  });

  const many = numbered([
    { ...finished, settings: 'dropout=0.25, learningRate=0.0003, seed=42' },
    {
      ...{ ...running, settings: 'dropout=0.25, learningRate=0.0003, seed=43', metric: 0.9877 },
      activity: 'fine-tune 11/12',
    },
    { ...running, state: 'interrupted', activity: 'its process exited with code 1: out of memory' },
  ]);

  it('shows without names of settings where each run is, in 80 columns', () => {
    const { said, display: table } = display({ columns: 74, rows: 20 });
    table.show(many);
    const rows = said.reports.at(-1)?.split('\n').slice(0, 4) ?? [];
    expect(rows).to.deep.equal([
      'run  settings          state        val_acc…  left  activity',
      '  1  0.25, 0.0003, 42  finished      50.00 %',
      '  2  0.25, 0.0003, 43  running       98.77 %  40 s  fine-tune 11/12',
      '  3  1                 interrupted            40 s  its process exited …',
    ]);
  });

  it('keeps the run, its state and its metric in 40 columns', () => {
    const { said, display: table } = display({ columns: 34, rows: 20 });
    table.show(many);
    const rows = said.reports.at(-1)?.split('\n').slice(0, 4) ?? [];
    expect(rows).to.deep.equal([
      'run  setti…  state        val_acc…',
      '  1  0.25,…  finished      50.00 %',
      '  2  0.25,…  running       98.77 %',
      '  3  1       interrupted',
    ]);
  });

  it('is otherwise one line per start and end of a run', () => {
    const { said, display: lines } = display(null);
    const runs = numbered([finished, running]);
    lines.show(runs, runs[1]);
    lines.show(runs);
    lines.show(runs, runs[0]);
    expect(said.notes).to.deep.equal([
      'run 2 of 2  rate=1  running',
      'run 1 of 2  rate=1  finished  val_accuracy 50.00 %  1:00',
    ]);
    expect(said.reports).to.deep.equal([
      '2 runs: 1 finished, 1 running; 40 s left; run 2: head 2/4',
    ]);
  });
});
