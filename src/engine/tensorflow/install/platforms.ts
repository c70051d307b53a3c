import { RunError } from '../../../common/errors.ts';
import type { Host } from './host.ts';
import { LINUX_ARM64, LINUX_X64, LINUX_X64_CUDA, MACOS_ARM64, type Wheel } from './wheels.ts';

export type Variant = 'cpu' | 'cuda';

/** What is installed on one kind of machine, and what it takes. */
export interface Distribution {
  /** As people know it, e.g. `TensorFlow`. */
  readonly name: string;
  readonly version: string;
  readonly variant: Variant;
  readonly wheels: readonly Wheel[];
  /** The files of the wheels that are kept, by their paths within. */
  readonly members: RegExp;
  /** Size of those files. */
  readonly installedBytes: number;
  /** Paths of the two libraries among them. */
  readonly framework: string;
  readonly core: string;
}

/** The oldest GNU C library that the Linux wheels run with. */
const GLIBC = [2, 27] as const;

/** The oldest CUDA that a driver may support, as the driver writes it; CUDA 12 runs on all since. */
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

/** The folders stay as they are: TensorFlow looks for CUDA's at `../nvidia`, XLA for `ptxas` as well. */
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

/**
 * What to install on a machine.
 * @throws RunError that says what is possible where there is no TensorFlow for it.
 */
export function chooseDistribution(host: Host): Distribution {
  switch (`${host.platform} ${host.arch}`) {
    case 'linux x64':
      requireGlibc(host);
      return (host.cuda ?? 0) >= CUDA ? CUDA_LINUX_X64 : CPU_LINUX_X64;
    case 'linux arm64':
      requireGlibc(host);
      return CPU_LINUX_ARM64;
    case 'darwin arm64':
      return CPU_MACOS_ARM64;
    case 'darwin x64':
      throw new RunError(
        `TensorFlow ${TENSORFLOW.version} is not made for Macs with an Intel processor: ` +
          'pip install tensorflow==2.16.2, the last one that is, and set CIFAR_RUN_TENSORFLOW to its folder',
      );
    case 'win32 x64':
    case 'win32 arm64':
      throw new RunError(
        'the engine runs on Linux and macOS: on Windows, run cifar-run within WSL 2 (wsl --install), ' +
          'where it is Linux and sees an NVIDIA GPU as well',
      );
    default:
      throw new RunError(
        `there is no TensorFlow ${TENSORFLOW.version} to install on ${host.platform} ${host.arch}, only on ` +
          'Linux x64 and arm64 and on macOS arm64: set CIFAR_RUN_TENSORFLOW to the folder of one that ' +
          'was built for this machine',
      );
  }
}

/** Why a machine with an NVIDIA driver does not get the libraries for its GPU; `null` if it does. */
export function gpuObstacle({ cuda }: Host): string | null {
  if (cuda === null || cuda >= CUDA) return null;
  const supported = `${Math.floor(cuda / 1000)}.${Math.floor((cuda % 1000) / 10)}`;
  return (
    `the GPU stays unused: its NVIDIA driver supports CUDA ${supported}, and TensorFlow ` +
    `${TENSORFLOW.version} needs 12.0, which drivers from 525 on support`
  );
}

function requireGlibc({ glibc }: Host): void {
  if (glibc === null) {
    throw new RunError(
      'TensorFlow needs the GNU C library, and this Linux (Alpine, most likely) has musl: use one with ' +
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
