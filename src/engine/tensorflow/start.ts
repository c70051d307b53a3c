import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import type { Engine, EngineOptions } from '../engine.ts';
import { uncompiled } from '../uncompiled.ts';
import { createBinding } from './binding.ts';
import { loadCApi } from './c-api.ts';
import { Compiled } from './compile/compile.ts';
import { fusedUpdates } from './compile/fused.ts';
import { Tensors } from './compile/tensors.ts';
import { Tracer } from './compile/trace.ts';
import { createContext } from './context.ts';
import { inspectInstallation, requireVersion } from './install/folder.ts';
import { locateTensorFlow } from './install/locate.ts';
import { Jpegs } from './jpegs.ts';
import { NodeJSKernelBackend } from './kernels.ts';
import { useOwnKernels } from './own-kernels/table.ts';
import { pinLibraries } from './pin.ts';
import { Random } from './random.ts';
import { unpack } from './unpack.ts';

/** TensorFlow's C API as the backend of TensorFlow.js. */
export async function startTensorFlow(options: EngineOptions): Promise<Engine> {
  const libraries = await locateTensorFlow({ report: options.report });
  // Both are read once, when the libraries are loaded.
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
  useOwnKernels(backend);
  // Without it tfjs advertises tfjs-node when its plain JavaScript backend is used, and warns.
  tf.enableProdMode();
  await tf.setBackend('tensorflow');

  const tensors = new Tensors(binding, backend);
  const { compiler } = options;
  const tracer = new Tracer(context, tensors, {
    xla: compiler === 'xla',
    profiling: options.profile ?? false,
  });
  const random = new Random(backend);
  return {
    name: 'tensorflow',
    version: binding.TF_Version,
    device: context.device.type === 'GPU' ? 'gpu' : 'cpu',
    devices: context.devices.map((device) => device.name),
    threads,
    inspect: (verify) => inspectInstallation(libraries, verify),
    compiler,
    compile:
      compiler === 'none' ? uncompiled : (fn, name = 'a step') => new Compiled(tracer, fn, name),
    takeProfiles: () => tracer.takeProfiles(),
    fused: fusedUpdates(tracer),
    settle: () => tracer.settle(),
    jpegs: new Jpegs(context, binding.handles),
    randomUniform: (shape, key) => random.uniform(shape, key),
    unpack: (words, dtype, count) => unpack(tensors, words, { dtype, count }),
    randomMask: (shape, rate, key) => random.mask(shape, rate, key),
  };
}
