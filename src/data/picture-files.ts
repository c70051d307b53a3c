import type { DataConfig } from '../config/experiment.ts';
import { InputError } from '../errors.ts';
import type { LoadContext, PictureSource, Reading } from './dataset.ts';
import type { DecodedPictures } from './decoded-pictures.ts';
import type { FileTree } from './files/tree.ts';
import type { LabelledPath } from './folder-layout.ts';
import { PickedPixels } from './pixels.ts';

export interface PictureFiles {
  readonly tree: FileTree;
  /** Of the tree. */
  readonly decoded: DecodedPictures;
  readonly files: readonly LabelledPath[];
  /** Whether a picture that cannot be read ends the run. */
  readonly broken: DataConfig['broken'];
}

/** Picture files as a source, decoded when they are first wanted. */
export function pictureFiles(
  { tree, decoded, files, broken: onBroken }: PictureFiles,
  { imageShape: [height, width, channels] }: LoadContext,
): PictureSource {
  return {
    labels: Int32Array.from(files, ({ label }) => label),
    async read(places): Promise<Reading> {
      const paths = Array.from(places, (place) => (files[place] as LabelledPath).path);
      const reasons = new Map<string, string>();
      await decoded.want(paths, (path, reason) => {
        if (onBroken === 'stop') throw stopError(path, reason, tree);
        reasons.set(path, reason);
      });
      const indices = paths.map((path) => decoded.place(path) ?? 0);
      return {
        height,
        width,
        channels,
        paths,
        pixels: new PickedPixels(decoded.pixels, indices),
        sizeOf: (index) => decoded.size(indices[index] as number),
        isDamaged: (index) => decoded.damaged(indices[index] as number),
        broken: paths.flatMap((path, index) => {
          const reason = reasons.get(path);
          return reason === undefined ? [] : [{ path, reason, index }];
        }),
      };
    },
  };
}

function stopError(path: string, reason: string, { root }: FileTree): InputError {
  return new InputError(
    `cannot read the picture ${path} of ${root}: ${reason}; repair or remove it, or leave out such pictures with data.broken: skip`,
  );
}
