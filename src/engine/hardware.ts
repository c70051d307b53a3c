import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { LibraryHandle } from 'koffi';
import type { Device } from '../experiment/experiment.ts';

/** The vector instructions of the processor that the choice of kernels and of a precision depends on. */
export interface Processor {
  /** The widest vector instructions that oneDNN uses; `other` was not measured. */
  readonly instructions: 'avx2' | 'avx512' | 'other';
  /** The processor multiplies bfloat16 natively, by `avx512_bf16` or `amx_bf16`. */
  readonly bfloat16: boolean;
}

const UNKNOWN: Processor = { instructions: 'other', bfloat16: false };

/** Reads the instructions of this processor. They are known on x64 only, on Linux and Windows. */
export function detectProcessor(): Processor {
  if (process.arch !== 'x64') return UNKNOWN;
  if (process.platform === 'win32') return askWindows();
  try {
    return parseCpuInfo(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    // The file is hidden in some containers, and macOS has none.
    return UNKNOWN;
  }
}

/** The precisions that this processor computes in. */
export const processorPrecisions = (): ('float32' | 'bfloat16')[] =>
  detectProcessor().bfloat16 ? ['float32', 'bfloat16'] : ['float32'];

/** Numbers of `IsProcessorFeaturePresent`; it has none for bfloat16. */
const WINDOWS_AVX2 = 40;
const WINDOWS_AVX512 = 41;

function askWindows(): Processor {
  // Other systems need no library to answer.
  const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
  const system = koffi.load('kernel32.dll');
  const has = system.func('int __stdcall IsProcessorFeaturePresent(uint32_t feature)');
  const instructions = has(WINDOWS_AVX512) ? 'avx512' : has(WINDOWS_AVX2) ? 'avx2' : 'other';
  const bits = askProcessor(koffi, system);
  return { instructions, bfloat16: (bits & AVX512_BF16) !== 0 };
}

/**
 * A function that asks `cpuid` for leaf 7, subleaf 1, and returns EAX: push rbx; mov eax, 7; mov ecx, 1; cpuid; pop rbx; ret.
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID.
 */
const CPUID = Uint8Array.of(0x53, 0xb8, 7, 0, 0, 0, 0xb9, 1, 0, 0, 0, 0x0f, 0xa2, 0x5b, 0xc3);
/** Processors with `amx_bf16` have it too. */
const AVX512_BF16 = 1 << 5;

const COMMIT_AND_RESERVE = 0x3000;
const RELEASE = 0x8000;
const READ_AND_WRITE = 0x04;
const READ_AND_EXECUTE = 0x20;

/** Calls CPUID; 0 where Windows forbids machine code that is not in a file. */
function askProcessor(koffi: typeof import('koffi'), system: LibraryHandle): number {
  const allocate = system.func('void *__stdcall VirtualAlloc(void *, size_t, uint32_t, uint32_t)');
  const protect = system.func(
    'int __stdcall VirtualProtect(void *, size_t, uint32_t, _Out_ uint32_t *)',
  );
  const free = system.func('int __stdcall VirtualFree(void *, size_t, uint32_t)');
  const code = allocate(null, CPUID.length, COMMIT_AND_RESERVE, READ_AND_WRITE);
  if (!code) return 0;
  try {
    koffi.encode(code, koffi.array('uint8_t', CPUID.length), CPUID);
    if (!protect(code, CPUID.length, READ_AND_EXECUTE, [0])) return 0;
    return koffi.call(code, koffi.proto('uint32_t ()'));
  } finally {
    free(code, 0, RELEASE);
  }
}

/** @param cpuinfo content of `/proc/cpuinfo` */
export function parseCpuInfo(cpuinfo: string): Processor {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(' '));
  const instructions = flags.has('avx512f') ? 'avx512' : flags.has('avx2') ? 'avx2' : 'other';
  return { instructions, bfloat16: flags.has('avx512_bf16') || flags.has('amx_bf16') };
}

/**
 * Detects the device that the engine will use, and the precisions that it supports, without starting the engine. A
 * requested GPU may be in another machine, such as a node of a cluster.
 */
export async function detectPrecisionSupport(requested: Device): Promise<{
  readonly device: 'cpu' | 'gpu';
  readonly bfloat16: boolean;
}> {
  const { bfloat16 } = detectProcessor();
  if (requested !== 'auto') return { device: requested, bfloat16 };
  const { chooseDistribution, detectHost } = await import('./tensorflow/install/platforms.ts');
  const { variant } = chooseDistribution(detectHost(), requested);
  return { device: variant === 'cuda' ? 'gpu' : 'cpu', bfloat16 };
}
