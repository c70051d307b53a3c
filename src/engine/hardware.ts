import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Device } from '../experiment/experiment.ts';

/** The vector instructions of the processor that the choice of kernels and of a precision depends on. */
export interface Processor {
  /** The widest vector instructions that oneDNN uses; `other` was not measured. */
  readonly instructions: 'avx2' | 'avx512' | 'other';
  /** The processor multiplies bfloat16 natively, by `avx512_bf16` or `amx_bf16`. */
  readonly bfloat16: boolean;
}

const UNKNOWN: Processor = { instructions: 'other', bfloat16: false };

/** Reads the instructions of this processor. They are known on x64 only, and `bfloat16` on Linux only. */
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

/** Numbers of `IsProcessorFeaturePresent`; it has none for bfloat16. */
const WINDOWS_AVX2 = 40;
const WINDOWS_AVX512 = 41;

function askWindows(): Processor {
  // Other systems need no library to answer.
  const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
  const has = koffi
    .load('kernel32.dll')
    .func('int __stdcall IsProcessorFeaturePresent(uint32_t feature)');
  const instructions = has(WINDOWS_AVX512) ? 'avx512' : has(WINDOWS_AVX2) ? 'avx2' : 'other';
  return { instructions, bfloat16: false };
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
