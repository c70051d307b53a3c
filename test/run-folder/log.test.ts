import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RunLog } from '../../src/run-folder/log.ts';

describe('log.txt', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('has complete lines, each with its time, even after a line that a full disk cut off', async () => {
    const path = join(folder, 'log.txt');
    const log = await RunLog.open(folder);
    await log.write('starts\non two lines');
    await writeFile(path, '2026-01-01T00:00:00.000Z  cut', { flag: 'a' });
    await (await RunLog.open(folder)).write('resumes');
    const text = (await readFile(path, 'utf8')).replaceAll(/^\S+Z {2}/gm, '');
    expect(text).to.equal('starts\non two lines\ncut\nresumes\n');
  });
});
