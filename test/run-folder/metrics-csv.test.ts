import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { MetricsCsv, metricsColumns, readMetricsCsv } from '../../src/run-folder/metrics-csv.ts';
import { UnreadableFileError } from '../../src/run-folder/run-file.ts';
import { epoch, epochs } from './epochs.ts';

describe('metrics.csv', () => {
  let folder: string;
  let path: string;
  const open = () => MetricsCsv.open(folder, ['accuracy']);
  const text = () => readFile(path, 'utf8');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    path = join(folder, 'metrics.csv');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('has columns for the metrics on both splits', () => {
    expect(metricsColumns(['accuracy', 'mse']).join()).to.equal(
      'phase,phase_epoch,epoch,step,learning_rate,loss,accuracy,mse,val_loss,val_accuracy,val_mse,seconds,images_per_second,waiting_seconds',
    );
  });

  it('has a row for each epoch, on the disk when `append` resolves', async () => {
    const csv = await open();
    const record = epoch(1, {
      train: { loss: 0.5, accuracy: 0.75 },
      validation: { loss: 0.625, accuracy: 0.7 },
      imagesPerSecond: 1000,
    });
    await csv.append(record);
    expect(await text()).to.equal(
      'phase,phase_epoch,epoch,step,learning_rate,loss,accuracy,val_loss,val_accuracy,seconds,images_per_second,waiting_seconds\n' +
        'head,1,1,63,0.001,0.5,0.75,0.625,0.7,1.5,1000,0.25\n',
    );
    await csv.append(epoch(2));
    expect((await text()).split('\n')).to.have.length(4);
  });

  it('restores what was written, to the last bit', async () => {
    const number = fc.double();
    await fc.assert(
      fc.asyncProperty(fc.string(), number, number, number, async (phase, a, b, c) => {
        await rm(path, { force: true });
        const record = epoch(1, {
          phase,
          learningRate: a === 0 ? 0 : a,
          train: { loss: b === 0 ? 0 : b, accuracy: 1 },
          validation: { loss: c === 0 ? 0 : c, accuracy: 0 },
        });
        const csv = await open();
        await csv.append(record);
        expect(await readMetricsCsv(folder)).to.deep.equal([record]);
      }),
      { numRuns: 50 },
    );
  });

  it('continues an existing file', async () => {
    const all = epochs({ head: 2, 'fine-tune': 3 });
    for (const record of all) await (await open()).append(record);
    expect(await readMetricsCsv(folder)).to.deep.equal(all);
  });

  it('never has an epoch twice: a repeated epoch replaces its row and all later ones', async () => {
    const first = await open();
    for (const record of epochs({ head: 5 })) await first.append(record);
    const resumed = await open();
    const again = epoch(3, { seconds: 9 });
    await resumed.append(again);
    expect(resumed.epochs).to.deep.equal([epoch(1), epoch(2), again]);
    await resumed.append(epoch(4));
    expect(await readMetricsCsv(folder)).to.deep.equal([epoch(1), epoch(2), again, epoch(4)]);
  });

  it('omits a last row that a crash truncated, at any character', async () => {
    const csv = await open();
    for (const record of epochs({ head: 2 })) await csv.append(record);
    const whole = await text();
    const lastRow = whole.slice(0, -1).lastIndexOf('\n') + 1;
    for (let end = lastRow; end < whole.length; end++) {
      await writeFile(path, whole.slice(0, end));
      expect(await readMetricsCsv(folder)).to.deep.equal([epoch(1)]);
      await (await open()).append(epoch(2));
      expect(await text()).to.equal(whole);
    }
  });

  it('starts again if a crash truncated the header', async () => {
    await writeFile(path, 'phase,phase_ep');
    await (await open()).append(epoch(1));
    expect(await readMetricsCsv(folder)).to.deep.equal([epoch(1)]);
  });

  it('refuses other columns, and a file that is not a metrics.csv', async () => {
    await open();
    const mismatch = await MetricsCsv.open(folder, ['mse']).catch((error: Error) => error.message);
    expect(mismatch).to.include('must have the columns phase,').and.include('Received: phase,');
    await writeFile(path, 'a,b\n1,2\n');
    const other = await readMetricsCsv(folder).catch((error: Error) => error.message);
    expect(other).to.match(/must have the columns .* Received: a,b\. Put back/);
  });

  const damages: [what: string, row: string, message: RegExp][] = [
    ['missing values', 'head,1,1', /is damaged: Invalid Record Length: .* line 2/],
    [
      'a text for a number',
      'head,1,1,63,1e-3,x,1,1,1,1,1,1',
      /line 2 must have a number as loss. Received: x/,
    ],
    ['an empty value', 'head,1,1,63,1e-3,,1,1,1,1,1,1', /line 2 must have a number as loss/],
    ['another epoch', 'head,1,3,63,1e-3,1,1,1,1,1,1,1', /line 2 must be of epoch 1. Received: 3/],
    ['an open quote', '"head,1,1,63,1e-3,1,1,1,1,1,1,1', /is damaged: Quote Not Closed/],
  ];
  for (const [what, row, message] of damages)
    it(`refuses a row with ${what}`, async () => {
      await open();
      await appendFile(path, `${row}\n`);
      const error = await readMetricsCsv(folder).catch((error: Error) => error);
      expect(error).to.be.instanceOf(UnreadableFileError);
      expect((error as Error).message).to.match(message);
    });

  it('is not continued if a row has changed since the checkpoint', async () => {
    const csv = await open();
    for (const record of epochs({ head: 3 })) await csv.append(record);
    const digest = csv.digest(2);
    await (await open()).truncate(2, digest);
    await writeFile(path, (await text()).replace('head,2,2,', 'head,2,2,1'));
    const error = await (await open()).truncate(2, digest).catch((error: Error) => error.message);
    expect(error).to.match(/metrics.csv has other rows than at the checkpoint/);
  });
});
