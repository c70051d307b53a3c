import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { useEngine } from '../engine.ts';
import type { SuiteReport } from './tfjs-suite/report.ts';

const WORDING = 'the graph refuses the call, in other words than the kernel';

/** Specs that fail because TensorFlow itself differs, with the reason. */
const TENSORFLOW_DIFFERS: Record<string, string> = {
  'einsum test-tensorflow {} mismatched dimensions throws error': WORDING,
  'einsum test-tensorflow {} incorrect number of tensors throws error': WORDING,
  'round test-tensorflow {} int32':
    "TensorFlow's own Round gives zeros for int32 on CPU; Python's tf.round never calls it for integers",
};

describe('the specs of TensorFlow.js', () => {
  useEngine();
  // The bundle is inside the repository, so that its external packages are found in node_modules.
  const bundle = fileURLToPath(new URL('../../dist/tfjs-suite.mjs', import.meta.url));
  const reportFile = fileURLToPath(new URL('../../dist/tfjs-suite.json', import.meta.url));
  let report: SuiteReport;

  before(async function () {
    this.timeout(300_000);
    const run = fileURLToPath(new URL('tfjs-suite/run.ts', import.meta.url));
    await execa(process.execPath, ['--import', 'tsx', run, bundle, reportFile]);
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  });

  after(() => {
    rmSync(bundle, { force: true });
    rmSync(reportFile, { force: true });
  });

  it('run on this engine, except those that tfjs-node excludes', () => {
    expect(report.total).to.equal(4230);
    expect(report.excluded + report.pending.length).to.be.at.most(352);
  });

  it('pass, except those where TensorFlow itself differs', () => {
    expect(report.failed.map(({ name }) => name)).to.deep.equal(Object.keys(TENSORFLOW_DIFFERS));
    expect(report.passed + report.failed.length).to.equal(
      report.total - report.excluded - report.pending.length,
    );
  });
});
