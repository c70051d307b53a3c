import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { makeRun } from '../ui/made-runs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RUNS = 400;

describe('many runs', function (this: Mocha.Suite) {
  this.timeout(60_000);
  let runs: string;

  before(() => {
    runs = mkdtempSync(join(tmpdir(), 'cifar-run-test-'));
    for (let i = 0; i < RUNS; i++) makeRun(runs, i);
  });
  after(() => rmSync(runs, { recursive: true }));

  for (const command of [['list'], ['compare', 'made']])
    it(`are read by a process that may open few files: ${command[0]}`, async function () {
      if (process.platform === 'win32') this.skip();
      const limited = ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath];
      const program = ['--import', 'tsx', 'src/cli.ts', ...command, '--runs', runs, '--json'];
      const { stdout } = await execa('sh', [...limited, ...program], { cwd: root });
      const { runs: read = JSON.parse(stdout) } = JSON.parse(stdout);
      expect(read).to.have.length(RUNS);
      expect(stdout).to.not.match(/damaged|EMFILE/);
    });
});
