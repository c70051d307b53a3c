import type { Wheel } from '../../../cache/wheels/wheel.ts';

function wheel(requirement: string, platform: string, sha256: string, bytes: number): Wheel {
  return { requirement, platform, sha256, bytes };
}

// All wheels are those for Python 3.12. The libraries do not depend on Python, so one hash per platform is enough.

export const LINUX_X64 = wheel(
  'tensorflow-cpu==2.21.0',
  'manylinux_2_27_x86_64',
  'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  274_000_871,
);

export const LINUX_ARM64 = wheel(
  'tensorflow==2.21.0',
  'manylinux_2_27_aarch64',
  'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
  281_946_471,
);

export const MACOS_ARM64 = wheel(
  'tensorflow==2.21.0',
  'macosx_12_0_arm64',
  '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
  223_488_205,
);

export const WINDOWS_X64 = wheel(
  'tensorflow==2.21.0',
  'win_amd64',
  '27ba0682572b1e50a0db1ee74cfb787eafcfdb1b751bbbf401fed62fe32a92e0',
  350_945_509,
);

/**
 * The dependencies of `tensorflow[and-cuda]==2.21.0`: the newest CUDA 12 libraries, which support the newest GPUs;
 * cuDNN 9.10, the last version for the oldest GPUs of TensorFlow 2.21 (sm_60, sm_70); NCCL 2.27.7, with which TensorFlow
 * is built.
 */
export const LINUX_X64_CUDA: readonly Wheel[] = [
  wheel(
    'tensorflow==2.21.0',
    'manylinux_2_27_x86_64',
    'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    572_611_111,
  ),
  wheel(
    'nvidia-cublas-cu12==12.9.3.13',
    'manylinux_2_27_x86_64',
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    581_217_458,
  ),
  wheel(
    'nvidia-cuda-cupti-cu12==12.9.79',
    'manylinux_2_25_x86_64',
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    10_814_997,
  ),
  wheel(
    'nvidia-cuda-nvcc-cu12==12.9.86',
    'manylinux_2_12_x86_64',
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    40_546_229,
  ),
  wheel(
    'nvidia-cuda-nvrtc-cu12==12.9.86',
    'manylinux_2_12_x86_64',
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    89_568_129,
  ),
  wheel(
    'nvidia-cuda-runtime-cu12==12.9.79',
    'manylinux_2_17_x86_64',
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    3_493_179,
  ),
  wheel(
    'nvidia-cudnn-cu12==9.10.2.21',
    'manylinux_2_27_x86_64',
    '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8',
    706_758_467,
  ),
  wheel(
    'nvidia-cufft-cu12==11.4.1.4',
    'manylinux_2_17_x86_64',
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    200_877_592,
  ),
  wheel(
    'nvidia-curand-cu12==10.3.10.19',
    'manylinux_2_27_x86_64',
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    68_295_626,
  ),
  wheel(
    'nvidia-cusolver-cu12==11.7.5.82',
    'manylinux_2_27_x86_64',
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    338_117_415,
  ),
  wheel(
    'nvidia-cusparse-cu12==12.5.10.65',
    'manylinux_2_17_x86_64',
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    366_465_088,
  ),
  wheel(
    'nvidia-nccl-cu12==2.27.7',
    'manylinux_2_17_x86_64',
    'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
    322_546_339,
  ),
  wheel(
    'nvidia-nvjitlink-cu12==12.9.86',
    'manylinux_2_12_x86_64',
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    39_748_338,
  ),
];
