import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { RunError } from '../../src/common/errors.ts';
import {
  createRunFolder,
  parseRunPath,
  prepareExperimentFolder,
  runName,
} from '../../src/run-folder/run-folder.ts';
import { StatusWriter } from '../../src/run-folder/status.ts';

describe("a run's folder", () => {
  let runs: string;
  const now = new Date('2026-01-31T12:05:09.876Z');
  const create = () => createRunFolder({ runs, name: 'vgg19', id: '0123abcd' }, now);

  beforeEach(async () => {
    runs = join(await mkdtemp(join(tmpdir(), 'cifar-run-test-')), 'runs');
  });

  afterEach(() => rm(runs, { recursive: true }));

  it('is named by experiment, UTC time and id', async () => {
    const path = await create();
    expect(path).to.equal(join(runs, 'vgg19', '2026-01-31T12-05-09Z-0123abcd'));
    expect(runName(path)).to.equal('vgg19/2026-01-31T12-05-09Z-0123abcd');
    expect(parseRunPath(path)).to.deep.equal({
      path,
      experiment: 'vgg19',
      id: '0123abcd',
      started: '2026-01-31T12:05:09Z',
    });
    expect(parseRunPath(join(runs, 'vgg19', 'notes'))).to.equal(null);
  });

  it('is never shared, even by runs that start at the same moment', async () => {
    const folders = await Promise.all([create(), create(), create()]);
    expect(folders.map((path) => basename(path)).sort()).to.deep.equal([
      '2026-01-31T12-05-09Z-0123abcd',
      '2026-01-31T12-05-10Z-0123abcd',
      '2026-01-31T12-05-11Z-0123abcd',
    ]);
    expect(await readdir(join(runs, 'vgg19'))).to.have.length(3);
  });

  it('is refused with the reason if it cannot be created', async () => {
    await writeFile(runs, 'a file where the folder of runs should be');
    const error = await create().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(RunError);
    expect(String(error)).to.match(/cannot make the folder .*runs: EEXIST/);
  });

  it('is checked to be writable before anything is loaded', async () => {
    await prepareExperimentFolder(runs, 'vgg19');
    expect(await readdir(join(runs, 'vgg19'))).to.deep.equal([]);
    await rm(runs, { recursive: true });
    await writeFile(runs, 'a file where the folder of runs should be');
    const error = await prepareExperimentFolder(runs, 'vgg19').catch((caught) => caught);
    expect(String(error)).to.match(/RunError: cannot make the folder .*EEXIST.*--runs takes/);
  });

  it('has the state of the run in status.json', async () => {
    const folder = await create();
    const read = async () => JSON.parse(await readFile(join(folder, 'status.json'), 'utf8'));
    const status = await StatusWriter.start(folder);
    const { started } = await read();
    expect(await read()).to.include({ state: 'started', ended: null, pid: process.pid });
    await status.end('failed', { error: 'the loss is NaN' });
    expect(await read()).to.include({
      state: 'failed',
      error: 'the loss is NaN',
      started,
    });
    await status.end('finished');
    const finished = await read();
    expect(finished).to.include({ state: 'finished', error: null });
    expect(Date.parse(finished.ended)).to.be.at.least(Date.parse(started));
  });
});
