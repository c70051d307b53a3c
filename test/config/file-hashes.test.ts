import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { hashFiles } from '../../src/config/file-hashes.ts';
import { runId } from '../../src/plan/id.ts';
import { experiment, named } from '../experiment.ts';

const weights = fileURLToPath(
  new URL('../../configs/weights/digits-0-4.safetensors', import.meta.url),
);
const newFolder = () => mkdtempSync(join(tmpdir(), 'cifar-run-'));

/** Returns the id of an experiment with these files, computed as in a new process. */
async function idWith(files: { weights?: string; source?: string }): Promise<string> {
  const plain = experiment({ backbone: named('vgg16', { weights: files.weights ?? 'random' }) });
  const whole = { ...plain, data: { ...plain.data, source: files.source ?? null } };
  return runId(whole, await hashFiles(whole, null));
}

describe("a run's id", () => {
  it('depends on the content of a weight file, not on its path', async () => {
    const copy = join(newFolder(), 'other.safetensors');
    cpSync(weights, copy);
    const changed = join(newFolder(), 'w.safetensors');
    writeFileSync(changed, 'other');
    expect(await idWith({ weights })).to.equal(await idWith({ weights: copy }));
    expect(await idWith({ weights })).not.to.equal(await idWith({ weights: changed }));
  });

  it('depends on the images of a folder, their names and their classes', async () => {
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

  it('depends on the images in a CSV file', async () => {
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
