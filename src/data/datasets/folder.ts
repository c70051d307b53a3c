import { InputError } from '../../common/errors.ts';
import type { DatasetKind } from '../dataset.ts';
import { openTree } from '../files/tree.ts';
import { imageSourcePath, openLayout } from './layout.ts';

/** One's own images in class folders, or an archive of them. */
export const folder: DatasetKind = {
  name: 'folder',

  async open(config, context) {
    const tree = await openTree(await imageSourcePath(config, context));
    const layout = folderLayout(await tree.list(), config.classes);
    return openLayout(layout, { tree, broken: config.broken }, context);
  },
};

export interface LabelledPath {
  readonly path: string;
  readonly label: number;
}

export interface Layout {
  readonly classNames: readonly string[];
  readonly train: readonly LabelledPath[];
  readonly heldOut: readonly LabelledPath[] | null;
}

interface Placed {
  readonly path: string;
  /** Folders from the top folder on, then the file's name. */
  readonly parts: readonly string[];
}

const image = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp)$/i;
const hidden = /(^|\/)(\.|__MACOSX\/)/;
/** Folders of a held-out part, in order of preference. */
export const heldOutNames: readonly string[] = ['val', 'validation', 'valid', 'test'];

/**
 * Finds the classes in the paths of a image folder: `class/…/image.jpg`, or that within `train/` and
 * `val/` (or `validation/`, `valid/`, `test/`; the first of these is the held-out part). A folder around
 * all of it is skipped; hidden files and files that are no images are left out.
 *
 * @param paths Of all files, and, with `/` at the end, of folders.
 * @param classes Those that are wanted, if it is not all.
 * @throws InputError when a image is in no class folder or in one that training does not have, and when a
 *   class folder holds no image.
 */
export function folderLayout(
  paths: readonly string[],
  classes: readonly string[] | null = null,
): Layout {
  const images = withoutTopFolder(
    paths
      .filter((path) => image.test(path) && !hidden.test(path))
      .map((path) => ({ path, parts: path.split('/') })),
  );
  if (images.length === 0)
    throw new InputError(
      `data.source: there are no images among its ${paths.filter((path) => !path.endsWith('/')).length} files`,
    );
  const classed = (own: readonly Placed[]) => {
    const found = labelled(own);
    requireImages(paths, rootOf(own), found.classNames, classes);
    return found;
  };
  const parts = new Set(images.map(({ parts }) => partName(parts)));
  if (![...parts].every((name) => name === 'train' || heldOutNames.includes(name)))
    return { ...classed(images), heldOut: null };
  if (!parts.has('train'))
    throw new InputError(`data.source: beside ${[...parts].join(', ')} there is no folder train`);

  const within = (name: string) =>
    images
      .filter(({ parts }) => partName(parts) === name)
      .map(({ path, parts }) => ({ path, parts: parts.slice(1) }));
  const { classNames, train } = classed(within('train'));
  const heldOut = heldOutNames.find((name) => parts.has(name));
  return {
    classNames,
    train,
    heldOut: heldOut === undefined ? null : labelled(within(heldOut), classNames).train,
  };
}

/** The folder that the class folders are in: empty, or with `/` at its end. */
function rootOf([first]: readonly Placed[]): string {
  const { path, parts } = first as Placed;
  return path.slice(0, path.length - parts.join('/').length);
}

/** As torchvision's ImageFolder does: a class that is empty is an error, not a class less. */
function requireImages(
  paths: readonly string[],
  root: string,
  classNames: readonly string[],
  wanted: readonly string[] | null,
): void {
  const folders = paths
    .filter((path) => path.startsWith(root) && !hidden.test(path))
    .map((path) => path.slice(root.length).split('/'))
    .filter((parts) => parts.length > 1)
    .map((parts) => parts[0] as string);
  const empty = [...new Set(folders)].filter(
    (name) => !classNames.includes(name) && (wanted === null || wanted.includes(name)),
  );
  if (empty.length > 0)
    throw new InputError(
      `data.source: there are no images in ${empty.map((name) => root + name).join(', ')}; remove what is no class, or name in data.classes those that are`,
    );
}

function partName(parts: readonly string[]): string {
  return (parts[0] as string).toLowerCase();
}

function withoutTopFolder(images: readonly Placed[]): readonly Placed[] {
  const top = images[0]?.parts[0];
  if (!images.every(({ parts }) => parts[0] === top && parts.length > 2) || top === undefined)
    return images;
  return withoutTopFolder(images.map(({ path, parts }) => ({ path, parts: parts.slice(1) })));
}

function labelled(images: readonly Placed[], known?: readonly string[]) {
  const stray = images.find(({ parts }) => parts.length < 2);
  if (stray)
    throw new InputError(
      `data.source: ${stray.path} is in no class folder; every image belongs in a folder named after its class`,
    );
  const classNames = known ?? [...new Set(images.map(({ parts }) => parts[0] as string))].sort();
  const train = images.map(({ path, parts }) => {
    const label = classNames.indexOf(parts[0] as string);
    if (label < 0)
      throw new InputError(
        `data.source: ${path} is of class "${parts[0]}", which train does not have; it has ${classNames.join(', ')}`,
      );
    return { path, label };
  });
  return { classNames, train };
}
