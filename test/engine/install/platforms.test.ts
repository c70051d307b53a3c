import { expect } from 'chai';
import { RunError } from '../../../src/common/errors.ts';
import {
  chooseDistribution,
  detectHost,
  type Host,
  unusedGpuReason,
} from '../../../src/engine/tensorflow/install/platforms.ts';

const LINUX: Host = { platform: 'linux', arch: 'x64', glibc: '2.36', driver: null };
const DRIVER = { cuda: 12_040, error: null };
const LINUX_GPU: Host = { ...LINUX, driver: DRIVER };
const LINUX_ARM: Host = { ...LINUX, arch: 'arm64' };
const WINDOWS: Host = { ...LINUX, platform: 'win32', glibc: null };
const MACOS: Host = { platform: 'darwin', arch: 'arm64', glibc: null, driver: null };

describe('chooseDistribution', () => {
  const cases: [string, Host, string, string, string][] = [
    ['Linux x64', LINUX, 'cpu', 'tensorflow-cpu==2.21.0', 'manylinux_2_27_x86_64'],
    [
      'the oldest Linux',
      { ...LINUX, glibc: '2.27' },
      'cpu',
      'tensorflow-cpu==2.21.0',
      'manylinux_2_27_x86_64',
    ],
    [
      'Linux x64 with an NVIDIA driver',
      LINUX_GPU,
      'cuda',
      'tensorflow==2.21.0',
      'manylinux_2_27_x86_64',
    ],
    [
      'an NVIDIA driver too old',
      { ...LINUX, driver: { cuda: 11_080, error: null } },
      'cpu',
      'tensorflow-cpu==2.21.0',
      'manylinux_2_27_x86_64',
    ],
    ['Linux arm64', LINUX_ARM, 'cpu', 'tensorflow==2.21.0', 'manylinux_2_27_aarch64'],
    [
      'Linux arm64 with an NVIDIA driver',
      { ...LINUX_ARM, driver: { cuda: 13_000, error: null } },
      'cpu',
      'tensorflow==2.21.0',
      'manylinux_2_27_aarch64',
    ],
    ['macOS arm64', MACOS, 'cpu', 'tensorflow==2.21.0', 'macosx_12_0_arm64'],
    ['Windows x64', WINDOWS, 'cpu', 'tensorflow==2.21.0', 'win_amd64'],
    [
      'Windows x64 with an NVIDIA driver',
      { ...WINDOWS, driver: DRIVER },
      'cpu',
      'tensorflow==2.21.0',
      'win_amd64',
    ],
  ];
  const endings: Partial<Record<NodeJS.Platform, RegExp>> = {
    linux: /\.so\.2$/,
    darwin: /\.2\.dylib$/,
    win32: /\.dll$/,
  };
  for (const [name, host, variant, requirement, platform] of cases) {
    it(`for ${name}`, () => {
      const chosen = chooseDistribution(host, 'auto');
      expect(chosen.variant).to.equal(variant);
      expect(chosen.wheels[0]).to.include({ requirement, platform });
      for (const library of [chosen.framework, chosen.core]) {
        expect(library).to.match(endings[host.platform] as RegExp);
        expect(library).to.match(chosen.members);
      }
      expect('tensorflow/python/_pywrap_tfe.so').not.to.match(chosen.members);
    });
  }

  it('keeps the CUDA libraries that TensorFlow loads and the programs that XLA starts', () => {
    const { members, wheels } = chooseDistribution(LINUX_GPU, 'auto');
    expect(wheels).to.have.length(13);
    for (const path of [
      'nvidia/cublas/lib/libcublasLt.so.12',
      'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
      'nvidia/cuda_nvcc/bin/ptxas',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
      'nvidia_cudnn_cu12-9.10.2.21.dist-info/licenses/License.txt',
    ]) {
      expect(path).to.match(members);
    }
    expect('nvidia/cublas/include/cublas.h').not.to.match(members);
    expect('nvidia/cuda_runtime/lib/libcudart_static.a').not.to.match(members);
  });

  const refused: [string, Host, RegExp][] = [
    ['Windows arm64', { ...WINDOWS, arch: 'arm64' }, /on ARM: run cifar-run within WSL 2/],
    ['macOS x64', { ...MACOS, arch: 'x64' }, /tensorflow==2\.16\.2.*CIFAR_RUN_TENSORFLOW/],
    [
      'musl',
      { ...LINUX, glibc: null },
      /this Linux \(probably Alpine\) has musl: use one with glibc/,
    ],
    [
      'old glibc',
      { ...LINUX, glibc: '2.17' },
      /needs glibc 2\.27 or later, and this system has 2\.17/,
    ],
    [
      'another processor',
      { ...LINUX, arch: 'riscv64' },
      /on linux riscv64, only on .* CIFAR_RUN_TENSORFLOW/,
    ],
    ['another system', { ...LINUX, platform: 'freebsd', glibc: null }, /on freebsd x64, only on /],
  ];
  for (const [name, host, sentence] of refused) {
    it(`names an alternative on ${name}`, () => {
      expect(() => chooseDistribution(host, 'auto'))
        .to.throw(sentence)
        .with.property('name', 'RunError');
    });
  }

  it('explains why a GPU is not used', () => {
    expect(unusedGpuReason({ ...LINUX, driver: { cuda: 11_040, error: null } })).to.equal(
      'the NVIDIA driver supports CUDA 11.4, and TensorFlow 2.21.0 needs CUDA 12.0: install driver 525 or later',
    );
    const error = 'the NVIDIA driver finds no GPU';
    const unusable = { ...LINUX, driver: { ...DRIVER, error } };
    expect(unusedGpuReason(unusable)).to.equal(error);
    expect(chooseDistribution(unusable, 'auto').variant).to.equal('cpu');
    expect(unusedGpuReason({ ...WINDOWS, driver: DRIVER })).to.match(/on Linux only: .* WSL 2 /);
    expect(unusedGpuReason(LINUX)).to.equal(null);
    expect(unusedGpuReason(LINUX_GPU)).to.equal(null);
  });

  it('uses the requested device, or says why it cannot', () => {
    expect(chooseDistribution(LINUX_GPU, 'cpu').variant).to.equal('cpu');
    expect(chooseDistribution(LINUX_GPU, 'gpu').variant).to.equal('cuda');
    expect(() => chooseDistribution(LINUX, 'gpu')).to.throw(
      RunError,
      /^device: gpu was requested, but there is no NVIDIA driver: libcuda\.so\.1 does not load\. Install the driver/,
    );
    expect(() => chooseDistribution(MACOS, 'gpu')).to.throw(
      RunError,
      /uses GPUs on Linux x64 only, and this is darwin arm64$/,
    );
  });

  it('detects this machine, and no GPU if all are hidden', () => {
    const before = process.env.CUDA_VISIBLE_DEVICES;
    process.env.CUDA_VISIBLE_DEVICES = '-1';
    try {
      const host = detectHost();
      expect(host).to.include({ platform: process.platform, arch: process.arch, driver: null });
      if (process.platform === 'linux') expect(host.glibc).to.match(/^2\.\d+$/);
    } finally {
      if (before === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
      else process.env.CUDA_VISIBLE_DEVICES = before;
    }
  });
});

describe('the table of wheels', () => {
  it('pins the version, hash and size of each wheel', () => {
    for (const host of [LINUX, LINUX_GPU, LINUX_ARM, MACOS, WINDOWS]) {
      const { wheels, installedBytes } = chooseDistribution(host, 'auto');
      for (const { requirement, sha256, bytes } of wheels) {
        expect(requirement).to.match(/^[a-z0-9-]+==[\d.]+$/);
        expect(sha256).to.match(/^[0-9a-f]{64}$/);
        expect(bytes).to.be.within(1e6, 1e9);
      }
      expect(installedBytes).to.be.greaterThan(wheels.reduce((sum, { bytes }) => sum + bytes, 0));
    }
  });
});
