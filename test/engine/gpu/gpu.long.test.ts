import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readEnvironment } from '../../../src/run-folder/environment.ts';
import { cifarRun } from '../../program.ts';
import { usePretendedDriver } from './pretended-driver.ts';

const ONE_EPOCH = ['head', 'fine-tune'].flatMap((phase) => ['--set', `phases.${phase}.epochs=1`]);

/** The real CUDA libraries, installed once, with a pretended driver. */
describe('TensorFlow with CUDA', function (this: Mocha.Suite) {
  this.timeout(900_000);
  const driver = usePretendedDriver();
  let cache: string;

  before(async () => {
    cache = await mkdtemp(join(tmpdir(), 'cifar-run-cuda-'));
  });
  after(() => rm(cache, { recursive: true, force: true }));

  const run = (args: string[], environment = driver()) =>
    cifarRun(args, process.cwd(), { ...environment, CIFAR_RUN_CACHE: cache });

  it('opens all libraries and uses the GPU', async () => {
    const { exitCode, stdout, stderr } = await run(['engine', 'show', '--device', 'gpu', '--json']);
    expect(exitCode, stderr).to.equal(0);
    const shown = JSON.parse(stdout);
    expect(shown).to.include({ variant: 'cuda', device: 'gpu', unusedGpu: null });
    expect(shown.devices).to.deep.equal([
      '/job:localhost/replica:0/task:0/device:CPU:0',
      '/job:localhost/replica:0/task:0/device:GPU:0',
    ]);
  });

  it('names a library of the driver that is missing, and ends if a GPU was requested', async () => {
    const environment = driver('libnvidia-ml.so.1');
    const shown = await run(['engine', 'show'], environment);
    expect(shown.stdout).to.match(
      /device +CPU; the GPU is not used: TensorFlow cannot open libnvidia-ml\.so\.1 of the NVIDIA driver \(.+\): complete/,
    );
    const requested = await run(['engine', 'show', '--device', 'gpu'], environment);
    expect(requested.exitCode).to.equal(1);
    expect(requested.stderr).to.match(
      /^device: gpu was requested, but TensorFlow cannot open libnvidia-ml\.so\.1/,
    );
  });

  it('warns at a run and records why the processor computed it', async () => {
    const runs = join(cache, 'runs');
    const args = ['configs/digits.yaml', '--runs', runs, ...ONE_EPOCH];
    const { exitCode, stdout, stderr } = await run(args, driver('libnvidia-ml.so.1'));
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.contain('the GPU is not used: TensorFlow cannot open libnvidia-ml.so.1');
    const environment = await readEnvironment(stdout.trim().split('\n').at(-1) as string);
    expect(environment?.engine.device).to.equal('cpu');
    expect(environment?.engine.unusedGpu).to.contain('libnvidia-ml.so.1');
  });
});
