import type { Precision, PrecisionConfig, ResolvedPrecision } from '../experiment/experiment.ts';
import type { Problem } from '../experiment/problem.ts';

/** The properties of a machine that its precisions depend on. */
export interface PrecisionSupport {
  readonly device: 'cpu' | 'gpu';
  /** The processor multiplies bfloat16 natively. */
  readonly bfloat16: boolean;
}

/** `auto` is bfloat16 on processors that multiply it natively, TF32 on GPUs, else float32: a fixed rule. */
export function resolvePrecision(
  { training, inference }: PrecisionConfig,
  support: PrecisionSupport,
): ResolvedPrecision {
  const automatic = support.device === 'gpu' ? 'tf32' : support.bfloat16 ? 'bfloat16' : 'float32';
  const resolve = (precision: PrecisionConfig['training']) =>
    precision === 'auto' ? automatic : precision;
  return { training: resolve(training), inference: resolve(inference) };
}

/** The problems of precisions that the machine does not have, or that would make it slower. */
export function precisionProblems(
  precision: ResolvedPrecision,
  support: PrecisionSupport,
): Problem[] {
  return (['training', 'inference'] as const).flatMap((use) => {
    const reason = reasonAgainst(precision[use], support);
    if (reason === null) return [];
    const message = `${precision[use]} ${reason}; use ${allowed(support).join(' or ')}`;
    return [{ path: ['precision', use], message }];
  });
}

function reasonAgainst(
  precision: Precision,
  { device, bfloat16 }: PrecisionSupport,
): string | null {
  switch (precision) {
    case 'float32':
      return null;
    case 'tf32':
      return device === 'gpu' ? null : 'exists on GPUs only, and this run uses the processor';
    case 'float16':
      return device === 'gpu' ? null : 'is slower than float32 on processors';
    case 'bfloat16':
      if (device === 'gpu') return "is not supported by TensorFlow's pass for GPUs";
      return bfloat16 ? null : 'needs a processor with avx512_bf16 or amx_bf16';
  }
}

function allowed({ device, bfloat16 }: PrecisionSupport): Precision[] {
  if (device === 'gpu') return ['float32', 'tf32', 'float16'];
  return bfloat16 ? ['float32', 'bfloat16'] : ['float32'];
}
