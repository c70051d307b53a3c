import { expect } from 'chai';
import type { Step } from '../../src/progress/progress.ts';
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
const numbered = (runs: readonly DisplayedRun[]) =>
  runs.map((each, i) => ({ ...each, run: i + 1 }));

function display(live: boolean) {
  const said = { reports: [] as string[], notes: [] as string[] };
  const step: Step = {
    report: (text) => said.reports.push(text),
    note: (line) => said.notes.push(line),
    warn: (line) => said.notes.push(line),
    ...(live && { live }),
  };
  return { said, display: new SweepDisplay(step, { metric: 'val_accuracy', slots: 2 }) };
}

describe('the progress of a sweep', () => {
  it('is one table with the remaining time, if it can be redrawn', () => {
    const { said, display: table } = display(true);
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
    const { said, display: table } = display(true);
    const goneOn: DisplayedRun = { ...finished, seconds: 10, isWhole: false };
    table.show(numbered([goneOn, running, running, waiting, waiting]));
    expect(said.reports.at(-1)?.split('\n').at(-1)).to.equal(
      '5 runs: 1 finished, 2 running, 2 waiting',
    );
    table.show(numbered([goneOn, finished, running, running, waiting, waiting]));
    expect(said.reports.at(-1)?.split('\n').at(-1)).to.match(/; 1:40 left$/);
  });

  it('leaves out waiting and old finished runs if the screen is too small', () => {
    const { said, display: table } = display(true);
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

  it('is otherwise one line per start and end of a run', () => {
    const { said, display: lines } = display(false);
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
