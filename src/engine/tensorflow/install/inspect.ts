import type { Installation } from '../../engine.ts';
import { folderSize } from './folder-size.ts';
import type { Location } from './locate.ts';
import { changedFiles } from './manifest.ts';

/** What is known of TensorFlow's libraries; `verify` hashes those that this program installed. */
export async function inspectInstallation(
  { folder, source, variant }: Location,
  verify: boolean,
): Promise<Installation> {
  const ours = source === 'installed';
  return {
    folder,
    source,
    variant,
    bytes: ours ? await folderSize(folder) : null,
    changedFiles: ours && verify ? await changedFiles(folder) : [],
  };
}
