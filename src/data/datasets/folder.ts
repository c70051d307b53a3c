import { DataError, type DatasetKind } from '../dataset.ts';
import { openTree } from '../files/source.ts';
import {
  imageSourcePath,
  type LabelledFiles,
  openLabelledFiles,
  TEST_SPLITS,
} from './labelled-files.ts';

/** The user's own images in one folder for each class, or an archive of them. */
export const folder: DatasetKind = {
  name: 'folder',

  async open(config, context) {
    const tree = await openTree(await imageSourcePath(config, context));
    const files = labelByFolder(await tree.list(), config.classes);
    return openLabelledFiles(files, tree, config, context);
  },
};

interface ImagePath {
  readonly path: string;
  /** The folders from the top folder on, then the file's name. */
  readonly parts: readonly string[];
}

const IMAGE = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp)$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

/** Returns whether a path within a folder is that of an image, and not hidden. */
export function isImagePath(path: string): boolean {
  return IMAGE.test(path) && !HIDDEN.test(path);
}

/**
 * Labels images by their folders: `class/…/image.jpg`, or the same within `train/` and `val/` (or
 * `validation/`, `valid/`, `test/`; the first one that exists is the test split). A folder around all
 * images is skipped. Hidden files and files that are not images are ignored.
 *
 * @param paths Paths of all files, and of folders with `/` at the end.
 * @param classes The wanted classes; `null`: all.
 * @throws DataError when an image is in no class folder, when its class has no training images, or when a
 *   class folder contains no image.
 */
export function labelByFolder(
  paths: readonly string[],
  classes: readonly string[] | null = null,
): LabelledFiles {
  const images = withoutTopFolder(
    paths.filter(isImagePath).map((path) => ({ path, parts: path.split('/') })),
  );
  if (images.length === 0)
    throw new DataError(
      'source',
      `none of its ${paths.filter((path) => !path.endsWith('/')).length} files is an image`,
    );
  const splits = new Set(images.map(splitName));
  if (![...splits].every((name) => name === 'train' || TEST_SPLITS.includes(name)))
    return { ...labelTraining(images, paths, classes), test: null };
  if (!splits.has('train'))
    throw new DataError('source', `there is no folder train next to ${[...splits].join(', ')}`);

  const within = (split: string) =>
    images
      .filter((image) => splitName(image) === split)
      .map(({ path, parts }) => ({ path, parts: parts.slice(1) }));
  const { classNames, train } = labelTraining(within('train'), paths, classes);
  const test = TEST_SPLITS.find((name) => splits.has(name));
  return {
    classNames,
    train,
    test: test === undefined ? null : labelled(within(test), classNames),
  };
}

function withoutTopFolder(images: readonly ImagePath[]): readonly ImagePath[] {
  const top = images[0]?.parts[0];
  if (!images.every(({ parts }) => parts[0] === top && parts.length > 2) || top === undefined)
    return images;
  return withoutTopFolder(images.map(({ path, parts }) => ({ path, parts: parts.slice(1) })));
}

function splitName({ parts }: ImagePath): string {
  return (parts[0] as string).toLowerCase();
}

/** Labels training images. An empty class folder is an error, as in torchvision's ImageFolder. */
function labelTraining(
  images: readonly ImagePath[],
  paths: readonly string[],
  classes: readonly string[] | null,
) {
  const classNames = [...new Set(images.map(({ parts }) => parts[0] as string))].sort();
  const train = labelled(images, classNames);
  const root = rootOf(images);
  const folders = paths
    .filter((path) => path.startsWith(root) && !HIDDEN.test(path))
    .map((path) => path.slice(root.length).split('/'))
    .filter((parts) => parts.length > 1)
    .map((parts) => parts[0] as string);
  const empty = [...new Set(folders)].filter(
    (name) => !classNames.includes(name) && (classes === null || classes.includes(name)),
  );
  if (empty.length > 0)
    throw new DataError(
      'source',
      `there are no images in ${empty.map((name) => root + name).join(', ')}; remove folders that are not classes, or list the classes in data.classes`,
    );
  return { classNames, train };
}

/** Returns the path of the folder that contains the class folders: empty, or with `/` at its end. */
function rootOf([first]: readonly ImagePath[]): string {
  const { path, parts } = first as ImagePath;
  return path.slice(0, path.length - parts.join('/').length);
}

function labelled(images: readonly ImagePath[], classNames: readonly string[]) {
  const stray = images.find(({ parts }) => parts.length < 2);
  if (stray)
    throw new DataError(
      'source',
      `${stray.path} is in no class folder; every image must be in a folder named after its class`,
    );
  return images.map(({ path, parts }) => {
    const label = classNames.indexOf(parts[0] as string);
    if (label < 0)
      throw new DataError(
        'source',
        `${path} has the class "${parts[0]}", which no training image has; known are ${classNames.join(', ')}`,
      );
    return { path, label };
  });
}
