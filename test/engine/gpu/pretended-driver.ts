import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const source = fileURLToPath(new URL('driver.c', import.meta.url));

const LIBRARIES = ['libcuda.so.1', 'libnvidia-ml.so.1', 'libcudart.so.12'] as const;

/** The environment of a process that sees a pretended NVIDIA driver, without one of its libraries. */
export type DriverEnvironment = (missing?: (typeof LIBRARIES)[number]) => Record<string, string>;

/**
 * A pretended NVIDIA driver for the tests of a `describe`, which are skipped on other machines than Linux x64, or without
 * a C compiler; never where `CI` is set.
 */
export function usePretendedDriver(): DriverEnvironment {
  const folders = new Map<string | undefined, string>();
  before(async function () {
    const reason = await missingTool();
    if (reason && process.env.CI) throw new Error(`${reason}, and in CI no test is skipped`);
    if (reason) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    for (const missing of [undefined, ...LIBRARIES]) folders.set(missing, await build(missing));
  });
  after(async () => {
    for (const folder of folders.values()) await rm(folder, { recursive: true, force: true });
  });
  return (missing) => ({
    LD_LIBRARY_PATH: folders.get(missing) as string,
    CUDA_VISIBLE_DEVICES: '0',
    CIFAR_RUN_TENSORFLOW: '',
  });
}

async function missingTool(): Promise<string | null> {
  if (`${process.platform} ${process.arch}` !== 'linux x64') return 'needs Linux x64';
  const { failed } = await execa('gcc', ['--version'], { reject: false });
  return failed ? 'needs gcc' : null;
}

async function build(missing: string | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cifar-run-driver-'));
  const built = join(folder, 'driver');
  await execa('gcc', ['-shared', '-fPIC', '-w', '-O1', '-o', built, source]);
  for (const name of LIBRARIES) if (name !== missing) await copyFile(built, join(folder, name));
  return folder;
}
