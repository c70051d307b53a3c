import koffi from 'koffi';

/** What decides which TensorFlow runs on a machine. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** As Node names it, e.g. `x64`. */
  readonly arch: string;
  /** Version of the GNU C library, e.g. `2.36`; `null` on a Linux with musl and off Linux. */
  readonly glibc: string | null;
  /**
   * The newest CUDA that the NVIDIA driver supports, as 1000 × major + 10 × minor; `null` where there
   * is no driver, or where `CUDA_VISIBLE_DEVICES` hides every GPU.
   */
  readonly cuda: number | null;
}

export function thisHost(): Host {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: header.glibcVersionRuntime ?? null,
    cuda: driverCuda(),
  };
}

/** Asks the library that TensorFlow will open: that it opens here is what matters, also in a container. */
function driverCuda(): number | null {
  if (['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? '0')) return null;
  try {
    const driver = koffi.load('libcuda.so.1');
    const version = new Int32Array(1);
    const status = driver.func('int cuDriverGetVersion(int *)')(version);
    return status === 0 ? (version[0] ?? null) : null;
  } catch {
    return null;
  }
}
