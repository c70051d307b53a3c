import type { Wheel } from '../../../cache/wheels/wheel.ts';
import { RunError } from '../../../common/errors.ts';
import type { Device } from '../../../experiment/experiment.ts';
import { detectDriver, type NvidiaDriver, noDriverReason } from '../gpu.ts';
import { LINUX_ARM64, LINUX_X64, LINUX_X64_CUDA, MACOS_ARM64, WINDOWS_X64 } from './wheels.ts';

/** The properties of a machine that decide which TensorFlow runs on it. */
export interface Host {
  readonly platform: NodeJS.Platform;
  /** Node's name, e.g. `x64`. */
  readonly arch: string;
  /** Version of the GNU C library, e.g. `2.36`; `null` with musl and on other systems. */
  readonly glibc: string | null;
  /** `null` if there is none, or if `CUDA_VISIBLE_DEVICES` hides all GPUs. */
  readonly driver: NvidiaDriver | null;
}

export function detectHost(): Host {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: header.glibcVersionRuntime ?? null,
    driver: detectDriver(),
  };
}

export type Variant = 'cpu' | 'cuda';

/** The files that are installed on one platform. */
export interface Distribution {
  /** Name for messages, e.g. `TensorFlow`. */
  readonly name: string;
  readonly version: string;
  readonly variant: Variant;
  readonly wheels: readonly Wheel[];
  /** Matches the paths of the files that are extracted from the wheels. */
  readonly members: RegExp;
  /** Size of those files. */
  readonly installedBytes: number;
  /** Paths of the two libraries. */
  readonly framework: string;
  readonly core: string;
}

/** The oldest GNU C library that the Linux wheels support. */
const GLIBC = [2, 27] as const;

/** The CUDA version that a driver must support at least, in the format of the driver. */
const CUDA = 12_000;

const LICENCES = String.raw`tensorflow/THIRD_PARTY_NOTICES\.txt|[^/]+\.dist-info/(METADATA|(licenses/)?License\.txt)`;

const TENSORFLOW = { name: 'TensorFlow', version: '2.21.0' } as const;

const SO = {
  framework: 'tensorflow/libtensorflow_framework.so.2',
  core: 'tensorflow/libtensorflow_cc.so.2',
  members: new RegExp(`^(tensorflow/libtensorflow_(cc|framework)\\.so\\.2|${LICENCES})$`),
} as const;

const DYLIB = {
  framework: 'tensorflow/libtensorflow_framework.2.dylib',
  core: 'tensorflow/libtensorflow_cc.2.dylib',
  members: new RegExp(`^(tensorflow/libtensorflow_(cc|framework)\\.2\\.dylib|${LICENCES})$`),
} as const;

/** One library has both halves of the C API. */
const DLL = {
  framework: 'tensorflow/python/_pywrap_tensorflow_common.dll',
  core: 'tensorflow/python/_pywrap_tensorflow_common.dll',
  members: new RegExp(`^(tensorflow/python/_pywrap_tensorflow_common\\.dll|${LICENCES})$`),
} as const;

/** TensorFlow finds the CUDA libraries in `../nvidia`, so the paths are kept. XLA needs `ptxas`. */
const SO_AND_CUDA = new RegExp(
  `${SO.members.source}|^nvidia/.*(\\.so(\\.\\d+)*|/bin/ptxas|/libdevice\\.10\\.bc)$`,
);

const CPU_LINUX_X64: Distribution = {
  ...TENSORFLOW,
  ...SO,
  variant: 'cpu',
  wheels: [LINUX_X64],
  installedBytes: 853_780_359,
};

const CUDA_LINUX_X64: Distribution = {
  ...TENSORFLOW,
  ...SO,
  variant: 'cuda',
  wheels: LINUX_X64_CUDA,
  members: SO_AND_CUDA,
  installedBytes: 5_506_038_283,
};

const CPU_LINUX_ARM64: Distribution = {
  ...TENSORFLOW,
  ...SO,
  variant: 'cpu',
  wheels: [LINUX_ARM64],
  installedBytes: 883_533_627,
};

const CPU_MACOS_ARM64: Distribution = {
  ...TENSORFLOW,
  ...DYLIB,
  variant: 'cpu',
  wheels: [MACOS_ARM64],
  installedBytes: 741_277_043,
};

const CPU_WINDOWS_X64: Distribution = {
  ...TENSORFLOW,
  ...DLL,
  variant: 'cpu',
  wheels: [WINDOWS_X64],
  installedBytes: 1_057_107_929,
};

/**
 * Returns the distribution for a machine and a device.
 *
 * @throws RunError with an alternative if there is no TensorFlow for it, or if it has no GPU and `device` is `gpu`.
 */
export function chooseDistribution(host: Host, device: Device): Distribution {
  const reason = noGpuReason(host);
  if (device === 'gpu' && reason !== null) {
    throw new RunError(`device: gpu was requested, but ${reason}`);
  }
  switch (`${host.platform} ${host.arch}`) {
    case 'linux x64':
      requireGlibc(host);
      return device === 'cpu' || reason !== null ? CPU_LINUX_X64 : CUDA_LINUX_X64;
    case 'linux arm64':
      requireGlibc(host);
      return CPU_LINUX_ARM64;
    case 'darwin arm64':
      return CPU_MACOS_ARM64;
    case 'darwin x64':
      throw new RunError(
        `TensorFlow ${TENSORFLOW.version} does not support Macs with an Intel processor: ` +
          'pip install tensorflow==2.16.2, the last version that does, and set CIFAR_RUN_TENSORFLOW to its folder',
      );
    case 'win32 x64':
      return CPU_WINDOWS_X64;
    case 'win32 arm64':
      throw new RunError(
        `TensorFlow ${TENSORFLOW.version} does not support Windows on ARM: run cifar-run within WSL 2 (wsl --install)`,
      );
    default:
      throw new RunError(
        `TensorFlow ${TENSORFLOW.version} is not available on ${host.platform} ${host.arch}, only on ` +
          'Linux x64 and arm64, Windows x64 and macOS arm64: set CIFAR_RUN_TENSORFLOW to the folder of a TensorFlow ' +
          'that was built for this machine',
      );
  }
}

/** Returns why a machine cannot compute on an NVIDIA GPU; `null` if it probably can. */
function noGpuReason({ platform, arch, driver }: Host): string | null {
  if (platform === 'win32') {
    return (
      'TensorFlow is built for GPUs on Linux only: run cifar-run within WSL 2 (wsl --install), which is a Linux that ' +
      'uses the GPU through the driver of Windows'
    );
  }
  if (`${platform} ${arch}` !== 'linux x64') {
    return `TensorFlow ${TENSORFLOW.version} uses GPUs on Linux x64 only, and this is ${platform} ${arch}`;
  }
  if (driver === null) return noDriverReason();
  if (driver.cuda < CUDA) {
    const supported = `${Math.floor(driver.cuda / 1000)}.${Math.floor((driver.cuda % 1000) / 10)}`;
    return (
      `the NVIDIA driver supports CUDA ${supported}, and TensorFlow ${TENSORFLOW.version} needs ` +
      'CUDA 12.0: install driver 525 or later'
    );
  }
  return driver.error;
}

/** Returns why the GPU of a machine with an NVIDIA driver is not used; `null` if it is, or if there is no driver. */
export function unusedGpuReason(host: Host): string | null {
  return host.driver === null ? null : noGpuReason(host);
}

function requireGlibc({ glibc }: Host): void {
  if (glibc === null) {
    throw new RunError(
      'TensorFlow needs the GNU C library, and this Linux (probably Alpine) has musl: use one with ' +
        'glibc 2.27 or later, such as Debian, Ubuntu or a container image without "alpine" in its name',
    );
  }
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major > GLIBC[0] || (major === GLIBC[0] && minor >= GLIBC[1])) return;
  throw new RunError(
    `TensorFlow ${TENSORFLOW.version} needs glibc ${GLIBC.join('.')} or later, and this system has ${glibc}: ` +
      'run cifar-run on a newer Linux or in a container',
  );
}
