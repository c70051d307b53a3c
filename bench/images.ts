import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar';

/**
 * Unpacks the test split of an archive (10,000 images of CIFAR-10) into a new folder, as its training split. The first image
 * of each class is also the test split, so that training leaves out no image.
 * @returns the folder with `train` and `test`.
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

/** The number of training images. */
export async function imageCount(images: string): Promise<number> {
  const found = await readdir(join(images, 'train'), { withFileTypes: true, recursive: true });
  return found.filter((entry) => entry.isFile()).length;
}
