import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { detectProcessor } from '../../src/engine/hardware.ts';
import { onlyRun, results, uninterruptedRun, useTwoPhases } from '../faults/two-phases.ts';
import { needsPrograms } from '../requirements.ts';
import { runFolders, useWine, WINE } from './emulated.ts';

describe('on Windows x64, under Wine', function (this: Mocha.Suite) {
  this.timeout(300_000);
  const made = useTwoPhases();
  const windows = useWine();

  /** The experiment as an editor of Windows saves it. */
  before(async () => {
    const text = await readFile(made().file, 'utf8');
    const file = join(windows().folder, 'two-phases.yaml');
    await writeFile(file, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
  });

  async function run(...args: string[]): Promise<string> {
    const { exitCode, output } = await windows().run(...args);
    expect(exitCode, output).to.equal(0);
    return output;
  }

  /** The uninterrupted run, the only one in the folder `runs`. */
  const wholeRun = () => onlyRun(join(windows().folder, 'runs'));

  it('installs TensorFlow and passes the check of the engine, without a line of its log', async function () {
    this.timeout(600_000);
    const output = await run('engine', 'check');
    expect(output).to.match(/^Engine\n(.*install.*\n|.*loading.*\n)*engine {3}tensorflow 2\.21\.0/);
    expect(output).to.match(/Z:\\.*\\engine\\tensorflow-2\.21\.0-cpu \(installed/);
    // Windows finds the same instructions as Linux.
    expect(output.match(/ passed$/gm)).to.have.length(detectProcessor().bfloat16 ? 26 : 13);
    expect(output).to.match(/GFLOP\/s/);
    expect(output).not.to.match(/oneDNN|absl|WARNING|\d+ port\.cc/);
  });

  it('gets a file for cmd from npm for Windows', async () => {
    // The cmd of Wine 8 cannot run such files.
    const npm = windows().on(WINE, 'cmd', '/c', 'npm');
    const { exitCode, output } = await npm.run('rebuild', '--ignore-scripts', '--offline');
    expect(exitCode, output).to.equal(0);
    const file = join(windows().folder, 'node_modules/.bin/cifar-run.cmd');
    expect(await readFile(file, 'utf8')).to.include(String.raw`\..\cifar-run\dist\cli.js" %*`);
  });

  it('keeps its cache in the folder of Windows for that', async () => {
    const node = windows().on('env', '--unset=CIFAR_RUN_CACHE', WINE, 'node');
    const { output } = await node.run('node_modules/cifar-run/dist/cli.js', 'data', 'cache');
    expect(output).to.match(/ in C:\\users\\\w+\\AppData\\Local\\cifar-run\\Cache\\store /);
  });

  it('trains, with the id and the losses of Linux, in a folder with a space and umlauts', async () => {
    const output = await run('two-phases.yaml');
    expect(output).to.match(/^runs\\two-phases\\\S+$/m);
    const linux = await uninterruptedRun(made().file);
    const path = await wholeRun();
    expect(path.split('-').at(-1)).to.equal(linux.id);
    const [own, expected] = [await losses(await results(path)), await losses(linux.results)];
    expect(own.length).to.equal(expected.length);
    for (const [i, loss] of own.entries()) expect(loss).to.be.closeTo(expected[i] as number, 2e-3);
  });

  for (const [what, runsIn] of [
    [
      'a path of more than 260 characters',
      (folder: string) => `Z:${folder}/${'länge/'.repeat(50)}`,
    ],
    [
      'a path after \\\\?\\',
      (folder: string) => `\\\\?\\Z:${folder}\\verbatim`.replaceAll('/', '\\'),
    ],
  ] as const)
    it(`keeps runs in ${what}`, async () => {
      const runs = runsIn(windows().folder);
      const phases = ['head', 'fine-tune'].flatMap((name) => ['--set', `phases.${name}.epochs=1`]);
      await run('two-phases.yaml', ...phases, '--runs', runs);
      expect(await run('list', '--runs', runs)).to.match(/two-phases .*finished/);
      await run('report', 'two-phases/latest', '--runs', runs, '-o', 'report.html');
      expect(await run('verify', 'two-phases/latest', '--runs', runs)).to.match(/are identical/);
    });

  it('saves a checkpoint at Ctrl-C, survives a kill, and resumes to the same bytes', async () => {
    const file = 'two-phases.yaml';
    const first = windows().start('run', file, '--runs', 'killed ü');
    await first.until(/head: epoch 2/);
    first.kill('SIGINT');
    const { exitCode, output } = await first.ended;
    expect(exitCode, output).to.equal(130);
    expect(output).to.match(
      /interrupted by SIGINT: finishing this step; once more to stop at once/,
    );

    const second = windows().start('resume', 'two-phases\\latest', '--runs', 'killed ü');
    expect(await second.until(/fine-tune: epoch 2/)).to.match(/resumes from phase head, epoch/);
    second.kill('SIGKILL');
    expect((await second.ended).exitCode).not.to.equal(0);

    const resumed = await run('resume', 'two-phases/latest', '--runs', 'killed ü');
    expect(resumed).to.match(/resumes from phase fine-tune/);
    const path = await onlyRun(join(windows().folder, 'killed ü'));
    expect(await results(path)).to.deep.equal(await results(await wholeRun()));
  });

  it('verifies a run, byte for byte', async () => {
    expect(await run('verify', 'two-phases/latest')).to.match(/are identical, byte for byte/);
  });

  it('sweeps with two processes, and compares the runs', async () => {
    const sweep = `extends: .\\two-phases.yaml
name: rates
phases:
  - { name: head, epochs: 1 }
  - { name: fine-tune, epochs: 1 }
sweep:
  metric: { name: val_accuracy, goal: maximize }
  parameters: { phases.fine-tune.optimizer.learningRate: { values: [1e-2, 1e-4] } }
`;
    await writeFile(join(windows().folder, 'rates.yaml'), sweep);
    expect(await run('rates.yaml', '--jobs', '2')).to.match(/Best of 2 runs/);
    const folder = join(windows().folder, 'runs/rates');
    const record = JSON.parse(await readFile(join(folder, 'sweep.json'), 'utf8'));
    const names = (await runFolders(join(windows().folder, 'runs'), 'rates')).filter((path) =>
      /Z-\w+$/.test(path),
    );
    for (const { folder: trial } of record.runs) expect(names).to.include(join(folder, trial));
    const [first = '', second = ''] = names.map((path) => path.split('-').at(-1));
    expect(await run('diff', first, second)).to.match(/learningRate +\S+ +\S+/);
    expect(await run('compare', 'rates')).to.match(/best: learningRate=/);
  });

  it('serves the page, and ends it at Ctrl-C', async () => {
    const server = windows().start('ui', '--port', '0');
    const [url = ''] = /http:\S+/.exec(await server.until(/http:\S+/)) ?? [];
    const get = async (path: string) => (await fetch(new URL(path, url))).json();
    const { names } = (await get('/api/runs')) as { names: string[] };
    expect(names).to.have.length(3);
    const name = names.find((each) => each.startsWith('two-phases/')) ?? '';
    const detail = await get(`/api/run?run=${encodeURIComponent(name)}`);
    const { files } = detail as { files: { name: string }[] };
    expect(files.map((file) => file.name)).to.include('model/weights.bin');
    server.kill('SIGINT');
    await server.ended;
  });
});

describe('the stand-in for python312.dll', () => {
  needsPrograms(['x86_64-w64-mingw32-gcc'], 'MinGW-w64 (Debian: gcc-mingw-w64-x86-64)');

  it('is what its script builds', async () => {
    const folder = fileURLToPath(new URL('../../native/', import.meta.url));
    const built = join(tmpdir(), `python312-${process.pid}.dll`);
    await execa('node', ['--import', 'tsx', join(folder, 'make-python312.ts'), built]);
    expect(await readFile(built)).to.deep.equal(await readFile(join(folder, 'python312.dll')));
  });
});

/** The columns of metrics.csv that are losses. */
function losses({ metrics = '' }: Record<string, string>): number[] {
  const [header = '', ...lines] = metrics.trim().split('\n');
  const columns = [...header.split(',').entries()].filter(([, name]) => /loss$/.test(name));
  return lines.flatMap((line) => columns.map(([i]) => Number(line.split(',')[i])));
}
