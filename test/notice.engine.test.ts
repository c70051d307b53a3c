import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { bundle, pageBundle } from '../esbuild.options.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages of which a bundle contains code. */
async function bundled(options: Parameters<typeof build>[0]): Promise<string[]> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const names = used.map((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '');
  return [...new Set(names)].filter(Boolean);
}

describe('NOTICE', () => {
  it('names each package of which the published package contains code', async function () {
    this.timeout(60_000);
    const page = ['src/report/hydrate.tsx', 'src/ui/app/main.tsx'];
    const packages = [
      ...(await bundled({ ...bundle, entryPoints: ['src/cli.ts'] })),
      ...(await bundled({ ...pageBundle, format: 'esm', splitting: true, entryPoints: page })),
    ];
    const named = new Set(readFileSync(`${root}/NOTICE`, 'utf8').split(/[\s,]+/));
    // The parts of TensorFlow.js come under its name.
    const missing = packages.filter((name) => !named.has(name) && !/^@tensorflow\/tfjs/.test(name));
    expect(missing).to.deep.equal([]);
  });
});
