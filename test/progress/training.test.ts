import { expect } from 'chai';
import { formatDuration } from '../../src/common/format.ts';
import { plainProgress } from '../../src/progress/display.ts';
import { trainingProgress } from '../../src/progress/training.ts';

describe('the progress of training', () => {
  const reported: string[] = [];
  const noted: string[] = [];
  const callback = trainingProgress({
    report: (line) => reported.push(line),
    note: (line) => noted.push(line),
    warn: (line) => noted.push(line),
  });

  it('shows the phase, the epoch, metrics, images per second and the remaining time of the phase', () => {
    const progress = {
      phase: 'head',
      phaseEpoch: 2,
      phaseEpochs: 4,
      batch: 50,
      batches: 100,
      metrics: { loss: 0.31254, accuracy: 0.9 },
      imagesPerSecond: 1234.5,
      waitingShare: 0.1,
      secondsPerBatch: 0.2,
    };
    callback.step?.(progress);
    callback.step?.({ ...progress, waitingShare: 0.25 });
    // 250 of 400 batches remain.
    expect(reported).to.deep.equal([
      'head: epoch 2 of 4  50 %  loss 0.3125  accuracy 90.00 %  1,235 images/s  50 s left',
      'head: epoch 2 of 4  50 %  loss 0.3125  accuracy 90.00 %  1,235 images/s  25 % waiting for images  50 s left',
    ]);
  });

  it('keeps one line per epoch with the metrics of both splits', () => {
    const record = {
      phase: 'head',
      phaseEpoch: 2,
      epoch: 2,
      step: 200,
      learningRate: 1e-3,
      train: { loss: 0.3, accuracy: 0.9 },
      validation: { loss: 0.4, accuracy: 0.88 },
      seconds: 75,
      imagesPerSecond: 900,
      waitingSeconds: 7,
    };
    const returned = callback.epochEnd?.(record);
    expect(returned, 'what would end training').to.equal(undefined);
    expect(noted.at(-1)).to.equal(
      'head: epoch 2  loss 0.3000  accuracy 90.00 %  val_loss 0.4000  val_accuracy 88.00 %  900 images/s  1:15',
    );
    callback.epochEnd?.({ ...record, waitingSeconds: 8 });
    expect(noted.at(-1)).to.match(/ {2}1:15 {2}of which 8 s waiting for images$/);
  });

  it('leaves out on a narrow terminal what does not tell where the run is', () => {
    const lines: string[] = [];
    let columns = 74;
    const narrow = trainingProgress({
      report: (line) => lines.push(line),
      note: (line) => lines.push(line),
      warn: (line) => lines.push(line),
      screen: () => ({ columns, rows: 20 }),
    });
    const metrics = { loss: 0.31254, accuracy: 0.9, mse: 0.1 };
    const report = () => {
      narrow.step?.({
        ...{ phase: 'fine-tune', phaseEpoch: 2, phaseEpochs: 4, batch: 50, batches: 100, metrics },
        ...{ imagesPerSecond: 1234.5, waitingShare: 0.25, secondsPerBatch: 0.2 },
      });
      narrow.epochEnd?.({
        ...{ phase: 'fine-tune', phaseEpoch: 2, epoch: 2, step: 200, learningRate: 1e-3 },
        ...{ train: metrics, validation: metrics },
        ...{ seconds: 75, imagesPerSecond: 900, waitingSeconds: 20 },
      });
    };
    report();
    columns = 34;
    report();
    expect(lines).to.deep.equal([
      'fine-tune: epoch 2 of 4  50 %  loss 0.3125  accuracy 90.00 %  50 s left',
      'fine-tune: epoch 2  val_loss 0.3125  val_accuracy 90.00 %  1:15',
      // These wrap.
      'fine-tune: epoch 2 of 4  50 %  accuracy 90.00 %  50 s left',
      'fine-tune: epoch 2  val_accuracy 90.00 %',
    ]);
  });

  it('formats durations', () => {
    expect([0.4, 59.4, 60, 185, 7385].map(formatDuration)).to.deep.equal([
      '0 s',
      '59 s',
      '1:00',
      '3:05',
      '2:03:05',
    ]);
  });
});

describe('progress in plain lines', () => {
  it('writes titles and results, and no animation', async () => {
    const lines: string[] = [];
    const progress = plainProgress((line) => lines.push(line));
    const result = await progress.step('Data', async ({ report, note }) => {
      for (let i = 0; i < 1000; i++) report(`decoding ${i}`);
      note('1,000 images');
      return 42;
    });
    expect(result).to.equal(42);
    expect(lines).to.deep.equal(['Data', '  1,000 images']);
  });
});
