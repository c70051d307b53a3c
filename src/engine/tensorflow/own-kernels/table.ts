import { processorInstructions } from '../instructions.ts';
import type { NodeJSKernelBackend } from '../kernels.ts';
import { batchNorm, batchNormGradient } from './batch-norm.ts';
import { convolutions } from './conv.ts';
import { crossEntropy, randomDraws, useReluGradients } from './elementwise.ts';
import { useKernel } from './own-kernel.ts';
import { gather, matMul, sumsOfChannels } from './reductions.ts';

/** Registers all kernels that are TensorFlow's own, not tfjs-node's. */
export function useOwnKernels(backend: NodeJSKernelBackend): void {
  for (const kernel of [
    matMul,
    gather,
    batchNorm,
    batchNormGradient,
    crossEntropy,
    ...sumsOfChannels,
    // On GPUs nothing was measured.
    ...(backend.isUsingGpuDevice ? [] : convolutions(processorInstructions())),
    ...randomDraws,
  ])
    useKernel(backend, kernel);
  useReluGradients(backend);
}
