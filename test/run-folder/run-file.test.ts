import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CheckpointFolder } from '../../src/run-folder/checkpoint-folder.ts';
import { readEnvironment } from '../../src/run-folder/environment.ts';
import { readImageSheet } from '../../src/run-folder/image-sheet.ts';
import {
  JsonFile,
  LaterFormatError,
  readText,
  UnreadableFileError,
} from '../../src/run-folder/run-file.ts';
import { readStatus, StatusWriter } from '../../src/run-folder/status.ts';
import { readSummary } from '../../src/run-folder/summary.ts';
import { readSweep } from '../../src/run-folder/sweep-record.ts';

interface Content {
  readonly name: string;
  readonly rest?: number;
}

describe('a JSON file of a run', () => {
  const file = new JsonFile<Content>('made.json', { version: 2, keys: ['name'] });
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (text: string) => writeFile(file.path(folder), text);
  const readError = async (): Promise<unknown> => {
    const error = await file.read(folder).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(UnreadableFileError);
    return error;
  };

  it('begins with its format version, which is not part of its value', async () => {
    await file.write(folder, { name: 'a', rest: 1 });
    const text = await readFile(file.path(folder), 'utf8');
    expect(text).to.equal('{\n  "formatVersion": 2,\n  "name": "a",\n  "rest": 1\n}\n');
    expect(await file.read(folder)).to.deep.equal({ name: 'a', rest: 1 });
  });

  it('has format 1 if it has no version, as in old runs', async () => {
    await write('{"name": "old"}');
    expect(await file.read(folder)).to.deep.equal({ name: 'old' });
  });

  it('is null if it does not exist', async () => {
    expect(await file.read(folder)).to.equal(null);
    expect(await file.read(join(folder, 'elsewhere'))).to.equal(null);
    expect(await readText(join(folder, 'no.txt'))).to.equal(null);
  });

  it('is refused if a later version of the program wrote it, whatever its keys', async () => {
    await write('{"formatVersion": 3, "title": "a"}');
    const error = await readError();
    expect(error).to.be.instanceOf(LaterFormatError);
    expect((error as Error).message).to.equal(
      `${file.path(folder)} was written by a later version of cifar-run (format 3; this one reads up to 2); update cifar-run`,
    );
  });

  for (const [text, found] of [
    ['', 'it is empty'],
    ['{"name": "a', 'its 11 characters are no whole record'],
    ['{"rest": 1}', 'its 11 characters are no whole record'],
    ['null', 'its 4 characters are no whole record'],
    ['["name"]', 'its 8 characters are no whole record'],
  ] as const) {
    it(`is damaged if it is ${text || 'empty'}`, async () => {
      await write(text);
      const error = (await readError()) as Error;
      expect(error.message).to.equal(
        `${file.path(folder)} is damaged: ${found} (JSON with name). Put back a copy of the file, or delete the run: cifar-run rm`,
      );
    });
  }
});

describe('the JSON files of a run and of a sweep', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const readers = {
    'status.json': readStatus,
    'environment.json': readEnvironment,
    'summary.json': readSummary,
    'images.json': readImageSheet,
    'sweep.json': readSweep,
  };
  for (const [name, read] of Object.entries(readers)) {
    it(`refuse a ${name} of format 2`, async () => {
      const path = join(folder, name);
      await writeFile(path, '{"formatVersion": 2}');
      const error = await read(folder).catch((caught: Error) => caught);
      expect(error).to.be.instanceOf(LaterFormatError);
      expect(String(error)).to.include(
        `${path} was written by a later version of cifar-run (format 2; this one reads up to 1); update cifar-run`,
      );
    });
  }

  it('have format 1', async () => {
    await StatusWriter.start(folder);
    const checkpoints = new CheckpointFolder(folder);
    await checkpoints.open();
    await checkpoints.write({ state: {}, tensors: [] }, false);
    const status = await readFile(join(folder, 'status.json'), 'utf8');
    expect(JSON.parse(status)).to.include({ formatVersion: 1, state: 'started' });
    const state = await readFile(join(folder, 'checkpoints/last/state.json'), 'utf8');
    expect(JSON.parse(state.split('\n')[1] ?? '')).to.include({ formatVersion: 1 });
  });
});
