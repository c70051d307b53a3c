import { cpSync, mkdirSync, mkdtempSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { contentHash } from '../../src/cache/content-hash.ts';
import { readContents } from '../../src/plan/contents.ts';
import { runId } from '../../src/plan/id.ts';
import { experiment, named } from './experiment.ts';

const weights = fileURLToPath(
  new URL('../../configs/weights/digits-0-4.safetensors', import.meta.url),
);
const newFolder = () => mkdtempSync(join(tmpdir(), 'cifar-run-'));

/** The id of an experiment with these files, as a process would find it that asks for the first time. */
async function idWith(files: { weights?: string; source?: string }): Promise<string> {
  const plain = experiment({ backbone: named('vgg16', { weights: files.weights ?? 'random' }) });
  const whole = { ...plain, data: { ...plain.data, source: files.source ?? null } };
  return runId(whole, await readContents(whole, null));
}

describe("a run's id", () => {
  it('tells what a weight file holds, not where it is', async () => {
    const copy = join(newFolder(), 'other.safetensors');
    cpSync(weights, copy);
    const changed = join(newFolder(), 'w.safetensors');
    writeFileSync(changed, 'other');
    expect(await idWith({ weights })).to.equal(await idWith({ weights: copy }));
    expect(await idWith({ weights })).not.to.equal(await idWith({ weights: changed }));
  });

  it('tells the images of a folder, their names and their classes', async () => {
    const [first, second] = [newFolder(), newFolder()];
    for (const folder of [first, second]) {
      mkdirSync(join(folder, 'cat'));
      writeFileSync(join(folder, 'cat', '1.png'), 'a');
    }
    expect(await idWith({ source: first })).to.equal(await idWith({ source: second }));
    const third = newFolder();
    mkdirSync(join(third, 'dog'));
    writeFileSync(join(third, 'dog', '1.png'), 'a');
    expect(await idWith({ source: first })).not.to.equal(await idWith({ source: third }));
  });

  it('tells the images that a table names', async () => {
    const [first, second] = [newFolder(), newFolder()];
    for (const [folder, image] of [
      [first, 'a'],
      [second, 'b'],
    ] as const) {
      writeFileSync(join(folder, 'table.csv'), 'path,label\n1.png,cat\n');
      writeFileSync(join(folder, '1.png'), image);
    }
    const [one, other] = [first, second].map((folder) => join(folder, 'table.csv'));
    expect(await idWith({ source: one as string })).not.to.equal(
      await idWith({ source: other as string }),
    );
  });
});

describe('contentHash', () => {
  const settled = new Date(Date.now() - 60_000);

  it('is another one when a file changes, is renamed or goes', async () => {
    const folder = newFolder();
    const file = join(folder, 'a');
    const seen: (string | null)[] = [];
    const look = async () => seen.push(await contentHash([folder]));
    writeFileSync(file, 'one');
    utimesSync(file, settled, settled);
    await look();
    writeFileSync(file, 'two');
    await look();
    renameSync(file, join(folder, 'b'));
    await look();
    expect(new Set(seen).size).to.equal(3);
    expect(await contentHash([join(folder, 'a')])).to.equal(null);
  });

  it('reads a file that has not changed once', async () => {
    const folder = newFolder();
    const file = join(folder, 'a');
    writeFileSync(file, 'one');
    utimesSync(file, settled, settled);
    const first = await contentHash([file]);
    writeFileSync(file, 'two');
    utimesSync(file, settled, settled);
    expect(await contentHash([file])).to.equal(first);
  });
});
