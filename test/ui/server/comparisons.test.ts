import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { readSweepDetail } from '../../../src/ui/server/comparisons.ts';
import { makeRun } from '../made-runs.ts';

describe('readSweepDetail', () => {
  const runs = mkdtempSync(join(tmpdir(), 'cifar-run-sweep-page-'));
  after(() => rmSync(runs, { recursive: true }));

  for (const [goal, name] of [
    ['maximize', 'val_accuracy'],
    ['minimize', 'val_loss'],
  ] as const)
    it(`sorts cells by their score, the best first, if the goal is to ${goal}`, async () => {
      const folder = join(runs, goal);
      const trials = [0.5, 0.9, 0.7].map((accuracy, i) => {
        const run = makeRun(runs, i, { experiment: goal, accuracy, dropout: i / 10 });
        const settings = { 'vars.dropout': i / 10 };
        return { run: i + 1, id: '', settings, state: 'finished', folder: basename(run) };
      });
      writeFileSync(
        join(folder, 'sweep.json'),
        JSON.stringify({ name: goal, metric: { name, goal }, runs: trials }),
      );
      const sweep = await readSweepDetail(folder);
      expect(sweep?.cells.map(({ key }) => key['vars.dropout'])).to.deep.equal([0.1, 0.2, 0]);
      const scores = sweep?.cells.map(({ score }) => score?.toFixed(2));
      expect(scores).to.deep.equal(['1.00', '0.50', '0.00']);
      expect(sweep?.cells[0]?.runs).to.deep.equal([`${goal}/${trials[1]?.folder}`]);
    });

  it('returns null for a folder without sweep.json', async () => {
    expect(await readSweepDetail(runs)).to.equal(null);
  });
});
