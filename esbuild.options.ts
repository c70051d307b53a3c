import type { BuildOptions, Plugin } from 'esbuild';
import packageJson from './package.json' with { type: 'json' };

/**
 * tfjs as the CommonJS that it is: to import it, Node first looks through all of it for the names that it exports, which
 * takes longer than to load it. Kernels of tfjs-node-gpu import tfjs-core, of which a second copy would be a second engine.
 */
const requiredTfjs: Plugin = {
  name: 'required tfjs',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs(-core)?$/ }, ({ kind }) => {
      const path = '@tensorflow/tfjs';
      return kind === 'require-call' ? { path, external: true } : { path, namespace: 'required' };
    });
    build.onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => {
      return { contents: `module.exports = require('${path}')` };
    });
  },
};

/**
 * How sources become what Node runs. What package.json lists under `dependencies` stays outside; the rest is
 * bundled: small packages, so that `check` starts in no time, and the kernels of tfjs-node-gpu, so that the
 * published package does not depend on it and its install script has no reason to run.
 */
export const bundle = {
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(packageJson.dependencies),
  plugins: [requiredTfjs],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** How sources become what browsers run: each entry point one file, with all that it needs. */
export const pageBundle = {
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
  minify: true,
  legalComments: 'inline',
  logLevel: 'warning',
} as const satisfies BuildOptions;
