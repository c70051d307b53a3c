// Bundles src/ into dist/: `npm run build`. What package.json lists under `dependencies` stays outside; the
// rest is bundled: small packages, so that `check` starts in no time, and the kernels of tfjs-node-gpu, so
// that the published package does not depend on it and its install script has no reason to run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import packageJson from './package.json' with { type: 'json' };

const { outputFiles } = await build({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(packageJson.dependencies),
  // One kernel imports from tfjs-core what tfjs has as well: a second copy would be a second engine.
  alias: { '@tensorflow/tfjs-core': '@tensorflow/tfjs' },
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
  write: false,
});

// Only now: a build that fails leaves the last one as it was.
rmSync('dist', { recursive: true, force: true });
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
