import { readFileSync } from 'node:fs';

/** The widest vector instructions that oneDNN computes with; `other`: those of which nothing was measured. */
export type Instructions = 'avx2' | 'avx512' | 'other';

export function processorInstructions(): Instructions {
  if (process.arch !== 'x64' || process.platform !== 'linux') return 'other';
  try {
    return instructionsOf(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    // Some containers hide it.
    return 'other';
  }
}

/** @param cpuinfo Linux' `/proc/cpuinfo` */
export function instructionsOf(cpuinfo: string): Instructions {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(' '));
  if (flags.has('avx512f')) return 'avx512';
  return flags.has('avx2') ? 'avx2' : 'other';
}
