import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';

/**
 * The images of an archive's folder `test`, 10,000 of CIFAR-10, in a new folder as `train`, and the first of
 * each class once more as `test`, so that all train on all of them.
 */
export async function unpackImages(archive: string): Promise<string> {
  const folder = await mkdtemp(join(os.tmpdir(), 'cifar-run-bench-'));
  await extract({ file: archive, cwd: folder, filter: (path) => !/\/train\/./.test(path) });
  const [top = ''] = await readdir(folder);
  const [train, test] = [join(folder, 'images', 'train'), join(folder, 'images', 'test')];
  await cp(join(folder, top, 'test'), train, { recursive: true });
  for (const name of await readdir(train)) {
    const [first = ''] = (await readdir(join(train, name))).sort();
    await mkdir(join(test, name), { recursive: true });
    await cp(join(train, name, first), join(test, name, first));
  }
  return join(folder, 'images');
}

/** How many there are to train on. */
export async function imageCount(images: string): Promise<number> {
  const found = await readdir(join(images, 'train'), { withFileTypes: true, recursive: true });
  return found.filter((entry) => entry.isFile()).length;
}
