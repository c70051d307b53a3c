// Runs the specs of TensorFlow.js, which are part of tfjs-core, on the engine of this project.
// Usage: tsx run.ts BUNDLE REPORT. Writes the bundle, runs it, and writes a `SuiteReport` as JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, type Plugin } from 'esbuild';
import Jasmine from 'jasmine';
import type { SuiteReport } from './report.ts';

/** tfjs-node is compiled to ES5, whose classes cannot extend the ES2015 `KernelBackend` of the bundle. */
const es5Backend: Plugin = {
  name: 'es5-backend',
  setup(builder) {
    builder.onLoad({ filter: /nodejs_kernel_backend\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        '_super.call(this) || this',
        'Reflect.construct(_super, [], NodeJSKernelBackend)',
      ),
    }));
  },
};

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [new URL('specs.ts', import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The specs import the ES modules of tfjs-core, so all of tfjs must be imported as ES modules.
    mainFields: ['module', 'main'],
    packages: 'bundle',
    external: ['koffi', 'execa', 'proper-lockfile', 'yauzl', 'env-paths'],
    banner: {
      js: "import { createRequire as $r } from 'node:module'; const require = $r(import.meta.url);",
    },
    ignoreAnnotations: true,
    logLevel: 'error',
    plugins: [es5Backend],
  });
}

/** Returns parts of the names of specs that the test runner of tfjs-node excludes. */
function tfjsNodeExceptions(): string[] {
  const path = createRequire(import.meta.url).resolve(
    '@tensorflow/tfjs-node-gpu/dist/run_tests.js',
  );
  const source = readFileSync(path, 'utf8');
  const start = source.indexOf('[', source.indexOf('var IGNORE_LIST'));
  const list = source.slice(start, source.indexOf('];', start) + 1);
  return new Function(`return ${list}`)() as string[];
}

const [outfile, reportFile] = process.argv.slice(2);
if (!outfile || !reportFile) throw new Error('usage: run.ts BUNDLE REPORT');
await bundle(outfile);

const exceptions = tfjsNodeExceptions();
const report: SuiteReport = { total: 0, excluded: 0, passed: 0, failed: [], pending: [] };
const jasmine = new Jasmine({ projectBaseDir: '/' });
jasmine.loadConfig({ spec_files: [outfile], random: false });
jasmine.exitOnCompletion = false;
jasmine.clearReporters();
jasmine.env.configure({
  specFilter: (spec: { getFullName(): string }) =>
    !exceptions.some((part) => spec.getFullName().includes(part)),
});
jasmine.addReporter({
  specDone(spec) {
    report.total++;
    if (spec.status === 'passed') report.passed++;
    else if (spec.status === 'excluded') report.excluded++;
    else if (spec.status === 'pending') report.pending.push(spec.fullName);
    else {
      const message = spec.failedExpectations[0]?.message ?? spec.status;
      report.failed.push({ name: spec.fullName, message });
    }
  },
});
await jasmine.execute();
writeFileSync(reportFile, JSON.stringify(report));
