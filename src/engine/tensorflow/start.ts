import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { Engine, EngineOptions } from '../engine.ts';
import { detectProcessor } from '../hardware.ts';
import { createBinding, NodeJSKernelBackend } from './backend.ts';
import { loadCApi, pinLibraries } from './c-api.ts';
import { Compiled, uncompiled } from './compile/compile.ts';
import { fusedUpdates } from './compile/fused.ts';
import { Tensors } from './compile/tensors.ts';
import { Tracer } from './compile/trace.ts';
import { createContext } from './context.ts';
import { inspectInstallation, locateTensorFlow, requireVersion } from './install/locate.ts';
import { Jpegs } from './jpegs.ts';
import { randomMask, randomUniform, unpack } from './operations.ts';
import { convolutions } from './own-kernels/convolution.ts';
import { channelReductions, gather, matMul } from './own-kernels/math.ts';
import { registerOwnKernel } from './own-kernels/own-kernel.ts';
import {
  batchNorm,
  batchNormGradient,
  crossEntropy,
  randomDraws,
  registerReluGradients,
} from './own-kernels/training.ts';

/** Starts TensorFlow and makes it the backend of tfjs; installs it first if necessary. */
export async function startTensorFlow(options: EngineOptions): Promise<Engine> {
  const libraries = await locateTensorFlow(options.report);
  // TensorFlow reads both variables while its libraries load.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= options.verbose ? '0' : '3';

  const threads = options.threads ?? availableParallelism();
  pinLibraries([libraries.framework, libraries.core], !options.verbose);
  const api = loadCApi(libraries.framework, libraries.core);
  requireVersion(libraries.folder, api.TF_Version());
  const context = createContext(api, threads);
  const binding = createBinding(context);
  const backend = new NodeJSKernelBackend(binding as unknown as TFJSBinding, 'tensorflow');
  tf.registerBackend('tensorflow', () => backend, 3);
  registerOwnKernels(backend);
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
    device: context.device.type === 'GPU' ? 'gpu' : 'cpu',
    devices: context.devices.map((device) => device.name),
    threads,
    inspect: (verify) => inspectInstallation(libraries, verify),
    randomUniform: (shape, key) => randomUniform(backend, shape, key),
    randomMask: (shape, rate, key) => randomMask(backend, shape, rate, key),
    unpack: (words, dtype, count) => unpack(tensors, words, dtype, count),
    compiler,
    compile: compiler === 'none' ? uncompiled : (fn, options) => new Compiled(tracer, fn, options),
    takeProfiles: () => tracer.takeProfiles(),
    fused: fusedUpdates(tracer),
    syncVariables: () => tracer.syncVariables(),
    jpegs: new Jpegs(context, binding.handles),
  };
}

/** Replaces kernels of tfjs-node by faster operations of TensorFlow, and adds the optional kernels. */
function registerOwnKernels(backend: NodeJSKernelBackend): void {
  const kernels = [
    matMul,
    gather,
    batchNorm,
    batchNormGradient,
    crossEntropy,
    ...channelReductions,
    // The speed of these convolutions was measured on CPUs only.
    ...(backend.isUsingGpuDevice ? [] : convolutions(detectProcessor().instructions)),
    ...randomDraws,
  ];
  for (const kernel of kernels) registerOwnKernel(backend, kernel);
  registerReluGradients(backend);
}
