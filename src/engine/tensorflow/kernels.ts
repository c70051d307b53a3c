import './node-util.ts';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';

// tfjs-node-gpu's JavaScript kernels, without its native part. The build bundles this file, so that the
// published package does not depend on tfjs-node-gpu and its install script has no reason to run.

export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
