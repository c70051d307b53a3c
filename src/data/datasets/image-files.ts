import { InputError } from '../../common/errors.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { ImageSource, LoadContext, Reading } from '../dataset.ts';
import type { DecodedImages } from '../decode/decoded-images.ts';
import type { FileTree } from '../files/tree.ts';
import { PickedPixels } from '../pixels.ts';
import type { LabelledPath } from './folder.ts';

export interface ImageFiles {
  readonly tree: FileTree;
  /** Of the tree. */
  readonly decoded: DecodedImages;
  readonly files: readonly LabelledPath[];
  /** Whether a image that cannot be read ends the run. */
  readonly broken: DataConfig['broken'];
}

/** Image files as a source, decoded when they are first wanted. */
export function imageFiles(
  { tree, decoded, files, broken: onBroken }: ImageFiles,
  { imageShape: [height, width, channels] }: LoadContext,
): ImageSource {
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
    `cannot read the image ${path} of ${root}: ${reason}; repair or remove it, or leave out such images with data.broken: skip`,
  );
}
