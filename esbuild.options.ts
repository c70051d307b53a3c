import type { BuildOptions, Plugin } from 'esbuild';
import packageJson from './package.json' with { type: 'json' };

/** The bundle of tfjs in the imports of package.json. */
const TFJS = '#tfjs';

/**
 * Loads tfjs with `require` from its own bundle. It is CommonJS, and an `import` would make Node scan all of it for export
 * names, which takes longer than loading it. The kernels of tfjs-node-gpu import tfjs-core, and get tfjs instead: a second copy of tfjs-core
 * would be a second engine.
 */
const tfjsByRequire: Plugin = {
  name: 'tfjs by require',
  setup(build) {
    const namespace = 'tfjs-by-require';
    build.onResolve({ filter: /^@tensorflow\/tfjs(-core)?$/ }, () => ({ path: TFJS, namespace }));
    build.onResolve({ filter: new RegExp(`^${TFJS}$`) }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /^/, namespace }, ({ path }) => {
      return { contents: `module.exports = require('${path}')` };
    });
  },
};

/**
 * Options for code that runs in Node. The `dependencies` of package.json stay external, and so do packages that a user may add. All other packages are bundled:
 * small ones so that commands start fast, and the kernels of tfjs-node-gpu so that the published package does not depend
 * on it and never runs its install script.
 */
export const bundle = {
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: [
    ...Object.keys(packageJson.dependencies),
    ...Object.keys(packageJson.peerDependencies),
  ],
  plugins: [tfjsByRequire],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Options for the bundle of tfjs. Its packages take 280 MB, of which the bundle is all that Node loads.
 */
export const tfjsBundle = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  entryPoints: { tfjs: '@tensorflow/tfjs' },
  outExtension: { '.js': '.cjs' },
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Options for code that runs in browsers. */
export const pageBundle = {
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
  minify: true,
  legalComments: 'inline',
  logLevel: 'warning',
} as const satisfies BuildOptions;
