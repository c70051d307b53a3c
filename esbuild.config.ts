import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { bundle, pageBundle, tfjsBundle } from './esbuild.options.ts';

// `npm run build`: bundles src/ into dist/.

const builds = await Promise.all([
  build({
    ...bundle,
    entryPoints: ['src/cli.ts', 'src/export/plain-tfjs.ts'],
    outdir: 'dist',
    write: false,
  }),
  build({ ...tfjsBundle, outdir: 'dist', write: false }),
  build({
    ...pageBundle,
    entryPoints: ['src/report/hydrate.tsx', 'src/report/report.css'],
    outdir: 'dist/page',
    write: false,
  }),
  build({
    ...pageBundle,
    // Splitting lets the page load tfjs only for a prediction.
    format: 'esm',
    splitting: true,
    loader: { '.html': 'copy', '.svg': 'copy' },
    entryNames: '[name]',
    entryPoints: [
      'src/ui/app/main.tsx',
      'src/ui/app/main.css',
      'src/ui/app/index.html',
      'src/ui/app/icon.svg',
    ],
    outdir: 'dist/page/ui',
    write: false,
  }),
]);

// A failed build leaves the last one unchanged, because dist/ is replaced only now.
rmSync('dist', { recursive: true, force: true });
for (const { path, contents } of builds.flatMap(({ outputFiles }) => outputFiles)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
// `npx cifar-run` in a clone executes the file itself.
chmodSync('dist/cli.js', 0o755);
