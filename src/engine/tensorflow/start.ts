import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { cacheFolder } from '../../cache/cache-folder.ts';
import { RunError } from '../../common/errors.ts';
import type { Device, Precision } from '../../experiment/experiment.ts';
import type { Engine, EngineOptions } from '../engine.ts';
import { detectProcessor } from '../hardware.ts';
import { createBinding, NodeJSKernelBackend } from './backend.ts';
import { loadCApi, pinLibraries } from './c-api.ts';
import { Compiled, uncompiled } from './compile/compile.ts';
import { fusedUpdates } from './compile/fused.ts';
import { Tensors } from './compile/tensors.ts';
import { Tracer } from './compile/trace.ts';
import { createContext } from './context.ts';
import { detectDriver, diagnoseGpu, librariesToPin, noDriverReason } from './gpu.ts';
import {
  inspectInstallation,
  type Location,
  locateTensorFlow,
  requireVersion,
} from './install/locate.ts';
import { Jpegs } from './jpegs.ts';
import { randomMask, randomUniform, unpack } from './operations.ts';
import { convolutions } from './own-kernels/convolution.ts';
import { depthwiseGradients } from './own-kernels/depthwise.ts';
import { channelReductions, gather, matMul } from './own-kernels/math.ts';
import { registerOwnKernel } from './own-kernels/own-kernel.ts';
import {
  batchNorm,
  batchNormGradient,
  crossEntropy,
  randomDraws,
  registerReluGradients,
} from './own-kernels/training.ts';
import { pinWindowsLibraries } from './windows.ts';

/**
 * Operations that stay float32 in mixed precision, as in Keras: those of statistics and of losses. TensorFlow would compute them
 * in bfloat16 between two convolutions or products; then a moving average with momentum 0.99 hardly moves.
 * Source: tensorflow/core/grappler/optimizers/auto_mixed_precision_lists.h.
 */
const FLOAT32_ONLY = [
  'Mean',
  'Sum',
  'Prod',
  'Sub',
  'RealDiv',
  'FloorDiv',
  'Inv',
  'Reciprocal',
  'Square',
  'SquaredDifference',
  'Sqrt',
  'Rsqrt',
  'Log',
  'Log1p',
  'Softmax',
  'LogSoftmax',
  'Softplus',
  'SoftplusGrad',
];

/** Starts TensorFlow and makes it the backend of tfjs; installs it first if necessary. */
export async function startTensorFlow(options: EngineOptions): Promise<Engine> {
  const { device: requested = 'auto', report } = options;
  const libraries = await locateTensorFlow({ device: requested, report });
  // TensorFlow reads these variables while its libraries load.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= options.verbose ? '0' : '3';
  process.env.TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_INFERLIST_REMOVE ??= FLOAT32_ONLY.join();

  if (requested === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';
  if (options.compiler === 'xla') keepXlaPrograms();

  const threads = options.threads ?? availableParallelism();
  const { framework, core, python } = libraries;
  if (python) pinWindowsLibraries([python, core], !options.verbose);
  else pinLibraries([...librariesToPin(core), framework, core], !options.verbose);
  const api = loadCApi(framework, core);
  requireVersion(libraries.folder, api.TF_Version());
  const context = createContext(api, framework, threads);
  const device = context.device.type === 'GPU' ? 'gpu' : 'cpu';
  const unusedGpu = device === 'gpu' ? null : reasonForCpu(libraries, requested);
  if (requested === 'gpu' && device === 'cpu') {
    throw new RunError(`device: gpu was requested, but ${unusedGpu}`);
  }
  const binding = createBinding(context);
  const backend = new NodeJSKernelBackend(binding as unknown as TFJSBinding, 'tensorflow');
  tf.registerBackend('tensorflow', () => backend, 3);
  registerOwnKernels(backend, () => binding.recording?.precision ?? 'float32');
  // In other modes tfjs recommends tfjs-node when its plain JavaScript backend is used.
  tf.enableProdMode();
  await tf.setBackend('tensorflow');

  const tensors = new Tensors(binding, backend);
  const { compiler } = options;
  const tracer = new Tracer(context, tensors, {
    xla: compiler === 'xla',
    profiling: options.profile ?? false,
  });
  return {
    name: 'tensorflow',
    version: binding.TF_Version,
    device,
    devices: context.devices.map((device) => device.name),
    unusedGpu,
    threads,
    inspect: (verify) => inspectInstallation(libraries, verify),
    randomUniform: (shape, key) => randomUniform(backend, shape, key),
    randomMask: (shape, rate, key) => randomMask(backend, shape, rate, key),
    unpack: (words, dtype, count) => unpack(tensors, words, dtype, count),
    compiler,
    compile: compiler === 'none' ? uncompiled : (fn, options) => new Compiled(tracer, fn, options),
    takeProfiles: () => tracer.takeProfiles(),
    nondeterministicOperations: () => tracer.nondeterministicOperations(),
    fused: fusedUpdates(tracer),
    syncVariables: () => tracer.syncVariables(),
    jpegs: new Jpegs(context, binding.handles),
  };
}

/** Keeps what XLA compiles between runs, apart for each processor: a program may use its instructions. */
function keepXlaPrograms(): void {
  const processor = (cpus()[0]?.model ?? 'unknown').replace(/\W+/g, '-');
  const { instructions } = detectProcessor();
  const folder = join(cacheFolder(), 'xla', `${processor}-${instructions}`);
  process.env.TF_XLA_FLAGS ??= `--tf_xla_persistent_cache_directory=${folder}`;
}

/** Returns why TensorFlow uses the processor; `null` if there is no GPU, or if it was not requested. */
function reasonForCpu(libraries: Location, device: Device): string | null {
  if (device === 'cpu') return null;
  if (libraries.unusedGpu !== null) return libraries.unusedGpu;
  if (detectDriver() === null) return device === 'gpu' ? noDriverReason() : null;
  return libraries.variant === 'cpu'
    ? `${libraries.folder} contains a TensorFlow without CUDA`
    : diagnoseGpu(libraries.core);
}

/** Replaces kernels of tfjs-node by faster operations of TensorFlow, and adds the optional kernels. */
function registerOwnKernels(backend: NodeJSKernelBackend, precision: () => Precision): void {
  const kernels = [
    matMul,
    gather,
    batchNorm,
    batchNormGradient,
    // Its kernel for GPUs is not deterministic.
    ...(backend.isUsingGpuDevice ? [] : [crossEntropy]),
    ...channelReductions(precision),
    // The speed of these convolutions was measured on CPUs only.
    ...(backend.isUsingGpuDevice
      ? []
      : [...convolutions(detectProcessor(), precision), ...depthwiseGradients(precision)]),
    ...randomDraws,
  ];
  for (const kernel of kernels) registerOwnKernel(backend, kernel);
  registerReluGradients(backend);
}
