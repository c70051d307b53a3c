import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import koffi from 'koffi';

/** The NVIDIA driver of this machine. */
export interface NvidiaDriver {
  /** The newest CUDA version that it supports, as 1000 × major + 10 × minor. */
  readonly cuda: number;
  /** Why it offers no GPU; `null` if it offers one. */
  readonly error: string | null;
}

const DRIVER = process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1';

/** Asks the driver, because in a container it may be installed but unusable; `null` if there is none to ask. */
export function detectDriver(): NvidiaDriver | null {
  if (isHidden()) return null;
  try {
    const driver = koffi.load(DRIVER);
    const count = new Int32Array(1);
    const version = new Int32Array(1);
    if (driver.func('int cuDriverGetVersion(int *)')(version) !== 0) return null;
    const [cuda = 0] = version;
    const status =
      driver.func('int cuInit(unsigned int)')(0) ||
      driver.func('int cuDeviceGetCount(int *)')(count);
    if (status !== 0)
      return { cuda, error: `the NVIDIA driver fails with ${errorName(driver, status)}` };
    return { cuda, error: count[0] === 0 ? 'the NVIDIA driver finds no GPU' : null };
  } catch {
    return null;
  }
}

/** Returns why there is no driver to ask. */
export function noDriverReason(): string {
  return isHidden()
    ? 'CUDA_VISIBLE_DEVICES hides all GPUs'
    : `there is no NVIDIA driver: ${DRIVER} does not load. ` +
        'Install the driver; a container needs the option --gpus all';
}

function isHidden(): boolean {
  return ['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? '0');
}

function errorName(driver: ReturnType<typeof koffi.load>, status: number): string {
  const name: [string | null] = [null];
  driver.func('int cuGetErrorName(int, _Out_ const char **)')(status, name);
  return name[0] ?? `error ${status}`;
}

/**
 * The libraries that TensorFlow 2.21 opens by name, with the folders of their wheels; those without belong to the
 * driver. If one of them does not open, TensorFlow uses no GPU, and says so in its log only.
 */
const LIBRARIES = [
  { name: DRIVER },
  { name: 'libnvidia-ml.so.1' },
  { name: 'libcudart.so.12', wheel: 'cuda_runtime' },
  { name: 'libcublas.so.12', wheel: 'cublas' },
  { name: 'libcublasLt.so.12', wheel: 'cublas' },
  { name: 'libcudnn.so.9', wheel: 'cudnn' },
  { name: 'libcufft.so.11', wheel: 'cufft' },
  { name: 'libcusolver.so.11', wheel: 'cusolver' },
  { name: 'libcusparse.so.12', wheel: 'cusparse' },
] as const;

/**
 * Returns the paths of libraries to open before TensorFlow, which finds a library by name if it is open already. The run
 * path of `libtensorflow_framework` lacks the folder of cuSOLVER.
 *
 * @param core path of `libtensorflow_cc`, as installed by pip
 */
export function librariesToPin(core: string): string[] {
  const cusolver = wheelPath(core, 'cusolver', 'libcusolver.so.11');
  return existsSync(cusolver) ? [cusolver] : [];
}

function wheelPath(core: string, wheel: string, name: string): string {
  return join(dirname(dirname(core)), 'nvidia', wheel, 'lib', name);
}

const RTLD_LAZY = 1;

/**
 * Returns why TensorFlow with CUDA uses no GPU although the driver offers one: the first library that does not open.
 * Call it after TensorFlow has started.
 *
 * @param core path of `libtensorflow_cc`
 */
export function diagnoseGpu(core: string): string {
  const process = koffi.load(null);
  const open = process.func('void *dlopen(const char *, int)');
  const lastError = process.func('const char *dlerror()');
  for (const library of LIBRARIES) {
    const { name } = library;
    // TensorFlow has opened what it found, so the name is enough.
    if (open(name, RTLD_LAZY) !== null) continue;
    if (!('wheel' in library)) {
      return (
        `TensorFlow cannot open ${name} of the NVIDIA driver (${lastError()}): complete the driver; ` +
        'a container needs NVIDIA_DRIVER_CAPABILITIES=compute,utility'
      );
    }
    const path = wheelPath(core, library.wheel, name);
    if (open(path, RTLD_LAZY) !== null) continue;
    return `TensorFlow cannot open ${name} (${lastError()}): delete ${dirname(dirname(core))} to install it again`;
  }
  return 'TensorFlow opens all CUDA libraries but accepts no GPU; --verbose shows its log';
}
