import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** The release that the tests expect; it pins its own dependencies. */
const PACKAGES = ['tensorboard==2.21.0', 'setuptools<80', 'pillow'];

/**
 * Installs TensorBoard before the tests of a `describe`. Skips the tests if that fails, except when `CI` is set.
 * @returns the path of the Python with TensorBoard.
 */
export function useTensorBoard(): string {
  const venv = join(tmpdir(), 'cifar-run-tensorboard-2.21.0');
  const python = join(venv, 'bin/python');
  before(async function () {
    this.timeout(300_000);
    try {
      await execa('python3', ['-m', 'venv', venv]);
      await execa(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
    } catch (error) {
      if (process.env.CI) throw error;
      console.log(`      skipped: TensorBoard cannot be installed: ${(error as Error).message}`);
      this.skip();
    }
  });
  return python;
}
