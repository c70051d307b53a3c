import { expect } from 'chai';
import { cifarRun } from '../../program.ts';
import { usePretendedDriver } from './pretended-driver.ts';

describe('an NVIDIA driver without a GPU', function (this: Mocha.Suite) {
  this.timeout(60_000);
  const driver = usePretendedDriver();
  const show = (...options: string[]) =>
    cifarRun(['engine', 'show', ...options], process.cwd(), {
      ...driver(),
      PRETENDED_ERROR: '100',
    });

  it('is named, and the processor computes', async () => {
    const { exitCode, stdout } = await show();
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain(
      'device   CPU; the GPU is not used: the NVIDIA driver fails with CUDA_ERROR_NO_DEVICE\n',
    );
  });

  it('is an error if a GPU was requested', async () => {
    const { exitCode, stderr } = await show('--device', 'gpu');
    expect(exitCode).to.equal(1);
    expect(stderr).to.equal(
      'device: gpu was requested, but the NVIDIA driver fails with CUDA_ERROR_NO_DEVICE',
    );
  });

  it('is not mentioned if the processor was requested', async () => {
    const { exitCode, stdout } = await show('--device', 'cpu');
    expect(exitCode).to.equal(0);
    expect(stdout).to.contain('device   CPU\n');
  });
});
