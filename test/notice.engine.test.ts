import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { bundle, pageBundle, tfjsBundle } from '../esbuild.options.ts';

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

/** The licence of each package that NOTICE names. The parts of TensorFlow.js come under its name. */
function namedLicences(): Map<string, string> {
  const groups = readFileSync(`${root}/NOTICE`, 'utf8').matchAll(
    /^- ([^:]+): ([^:]+?)(?=\n- |\n\n)/gms,
  );
  return new Map(
    [...groups].flatMap(([, licence = '', names = '']) =>
      names.split(/[\s,]+/).map((name) => [name, licence.replace(' and ', ' AND ')] as const),
    ),
  );
}

function licenceOf(name: string): string {
  const { license } = JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8'));
  return String(license).replaceAll(/[()]/g, '');
}

describe('NOTICE', () => {
  it('names each package of which the published package contains code, under its licence', async function () {
    this.timeout(60_000);
    const page = ['src/report/hydrate.tsx', 'src/ui/app/main.tsx'];
    const packages = [
      ...(await bundled({ ...bundle, entryPoints: ['src/cli.ts'] })),
      ...(await bundled({ ...pageBundle, format: 'esm', splitting: true, entryPoints: page })),
      ...(await bundled(tfjsBundle)),
    ];
    const others = [...new Set(packages)].filter((name) => !/^@tensorflow\/tfjs/.test(name)).sort();
    const named = namedLicences();
    const expected = others.map((name) => `${name}: ${licenceOf(name)}`);
    expect(others.map((name) => `${name}: ${named.get(name)}`)).to.deep.equal(expected);
  });
});
