import { InputError } from '../errors.ts';

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

const picture = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp)$/i;
const hidden = /(^|\/)(\.|__MACOSX\/)/;
/** Folders of a held-out part, in order of preference. */
export const heldOutNames: readonly string[] = ['val', 'validation', 'valid', 'test'];

/**
 * Finds the classes in the paths of a picture folder: `class/…/picture.jpg`, or that within `train/` and
 * `val/` (or `validation/`, `valid/`, `test/`; the first of these is the held-out part). A folder around
 * all of it is skipped; hidden files and files that are no pictures are left out.
 *
 * @throws InputError when a picture is in no class folder, or in one that training does not have.
 */
export function folderLayout(paths: readonly string[]): Layout {
  const pictures = withoutTopFolder(
    paths
      .filter((path) => picture.test(path) && !hidden.test(path))
      .map((path) => ({ path, parts: path.split('/') })),
  );
  if (pictures.length === 0)
    throw new InputError(`data.source: there are no pictures among its ${paths.length} files`);
  const parts = new Set(pictures.map(({ parts }) => partName(parts)));
  if (![...parts].every((name) => name === 'train' || heldOutNames.includes(name)))
    return { ...labelled(pictures), heldOut: null };
  if (!parts.has('train'))
    throw new InputError(`data.source: beside ${[...parts].join(', ')} there is no folder train`);

  const within = (name: string) =>
    pictures
      .filter(({ parts }) => partName(parts) === name)
      .map(({ path, parts }) => ({ path, parts: parts.slice(1) }));
  const { classNames, train } = labelled(within('train'));
  const heldOut = heldOutNames.find((name) => parts.has(name));
  return {
    classNames,
    train,
    heldOut: heldOut === undefined ? null : labelled(within(heldOut), classNames).train,
  };
}

function partName(parts: readonly string[]): string {
  return (parts[0] as string).toLowerCase();
}

function withoutTopFolder(pictures: readonly Placed[]): readonly Placed[] {
  const top = pictures[0]?.parts[0];
  if (!pictures.every(({ parts }) => parts[0] === top && parts.length > 2) || top === undefined)
    return pictures;
  return withoutTopFolder(pictures.map(({ path, parts }) => ({ path, parts: parts.slice(1) })));
}

function labelled(pictures: readonly Placed[], known?: readonly string[]) {
  const stray = pictures.find(({ parts }) => parts.length < 2);
  if (stray)
    throw new InputError(
      `data.source: ${stray.path} is in no class folder; every picture belongs in a folder named after its class`,
    );
  const classNames = known ?? [...new Set(pictures.map(({ parts }) => parts[0] as string))].sort();
  const train = pictures.map(({ path, parts }) => {
    const label = classNames.indexOf(parts[0] as string);
    if (label < 0)
      throw new InputError(
        `data.source: ${path} is of class "${parts[0]}", which train does not have; it has ${classNames.join(', ')}`,
      );
    return { path, label };
  });
  return { classNames, train };
}
