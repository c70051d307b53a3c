import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { bundle, pageBundle } from './esbuild.options.ts';

// Bundles src/ into dist/: `npm run build`.

const built = await Promise.all([
  build({ ...bundle, entryPoints: ['src/cli.ts'], outdir: 'dist', write: false }),
  build({
    ...pageBundle,
    entryPoints: ['src/report/hydrate.tsx', 'src/report/report.css'],
    outdir: 'dist/page',
    write: false,
  }),
  build({
    ...pageBundle,
    // The page loads tfjs only when it is asked for a prediction.
    format: 'esm',
    splitting: true,
    loader: { '.html': 'copy', '.svg': 'copy' },
    entryNames: '[name]',
    entryPoints: ['main.tsx', 'main.css', 'index.html', 'icon.svg'].map(
      (name) => `src/ui/app/${name}`,
    ),
    outdir: 'dist/page/ui',
    write: false,
  }),
]);

// Only now: a build that fails leaves the last one as it was.
rmSync('dist', { recursive: true, force: true });
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
