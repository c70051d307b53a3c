import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import { findRun, modelOfRun } from '../../src/runs/find.ts';

describe('a reference to a run', () => {
  let runs: string;

  /** @param validation the metrics of summary.json; without them the run has not finished. */
  function make(name: string, validation?: Record<string, number | null>): string {
    const folder = join(runs, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'status.json'), '{}');
    const summary = { validation, images: {}, phases: [] };
    if (validation) writeFileSync(join(folder, 'summary.json'), JSON.stringify(summary));
    return folder;
  }

  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'cifar-run-test-'));
    make('vgg/2026-01-03T10-00-00Z-aa11', { loss: 0.3, accuracy: 0.9 });
    make('quick/2026-01-01T10-00-00Z-aa22', { loss: 0.5, accuracy: 0.95 });
    make('quick/2026-01-02T10-00-00Z-bb33', { loss: 0.4, accuracy: null });
    make('quick/2026-01-04T10-00-00Z-bb33');
    mkdirSync(join(runs, 'quick/notes'));
    writeFileSync(join(runs, 'quick/sweep.json'), '{}');
  });

  afterEach(() => rmSync(runs, { recursive: true }));

  const find = async (reference: string) => basename(await findRun(reference, runs));

  for (const [reference, expected] of [
    ['latest', '2026-01-04T10-00-00Z-bb33'],
    ['latest~1', '2026-01-03T10-00-00Z-aa11'],
    ['latest~3', '2026-01-01T10-00-00Z-aa22'],
    ['vgg/latest', '2026-01-03T10-00-00Z-aa11'],
    ['quick/latest~1', '2026-01-02T10-00-00Z-bb33'],
    ['aa2', '2026-01-01T10-00-00Z-aa22'],
    ['quick/aa', '2026-01-01T10-00-00Z-aa22'],
    ['2026-01-02', '2026-01-02T10-00-00Z-bb33'],
    ['best:val_accuracy', '2026-01-01T10-00-00Z-aa22'],
    ['best:val_loss', '2026-01-03T10-00-00Z-aa11'],
    ['quick/best:val_loss', '2026-01-02T10-00-00Z-bb33'],
  ] as const) {
    it(`${reference} is ${expected}`, async () => {
      expect(await find(reference)).to.equal(expected);
    });
  }

  it('may be the path of its folder', async () => {
    const path = make('elsewhere/deeper/kept');
    expect(await findRun(path, 'nowhere')).to.equal(path);
  });

  for (const [reference, expected] of [
    [
      'bb33',
      /^bb33 names 2 runs: quick\/2026-01-02T10-00-00Z-bb33, quick\/2026-01-04T10-00-00Z-bb33$/,
    ],
    ['cc', /^no run is named cc; the latest are quick\/2026-01-04T10-00-00Z-bb33, vgg\//],
    ['latest~4', /^the first of 4 runs is latest~3\. Received: latest~4$/],
    ['resnet/latest', /^there is no run of resnet in .*\. Received: resnet\/latest$/],
    ['a/b/c', /^there is no run at a\/b\/c$/],
    [
      'best:accuracy',
      /^no finished run has the metric accuracy; there are val_loss, val_accuracy$/,
    ],
    ['', /^no run is named so/],
  ] as const) {
    it(`${reference || 'nothing'} is refused`, async () => {
      const error = await findRun(reference, runs).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(InputError);
      expect((error as Error).message).to.match(expected);
    });
  }

  it('is refused if there are no runs', async () => {
    const error = await findRun('latest', join(runs, 'none')).catch((caught: Error) => caught);
    expect(error).to.be.instanceOf(InputError);
    expect(String(error)).to.match(/there is no run in .*none\. Received: latest$/);
  });

  it('resolves to its model once there is one', async () => {
    const error = await modelOfRun('latest', runs).catch((caught: Error) => caught);
    expect(String(error)).to.match(/InputError: .*bb33 is not the folder of a finished run/);
    const model = join(make('quick/2026-01-05T10-00-00Z-cc44'), 'model');
    mkdirSync(model);
    writeFileSync(join(model, 'model.json'), '{}');
    expect(await modelOfRun('cc', runs)).to.equal(join(model, 'model.json'));
  });
});
