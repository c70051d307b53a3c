import { requireOnline } from '../../common/sandbox.ts';
import { downloadWheel } from './package-index.ts';
import { downloadWithPip, findPip } from './pip.ts';
import type { Wheel } from './wheel.ts';

interface WheelDownloads {
  readonly wheels: readonly Wheel[];
  /** An empty folder, for pip. */
  readonly temporary: string;
  /** Folder for downloads without pip. An incomplete one stays there, and the next call continues it. */
  readonly kept: string;
  readonly signal: AbortSignal;
  /** Receives failed attempts. */
  readonly report: (message: string) => void;
  /** Receives the number of new bytes a few times a second. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Downloads wheels and verifies their hashes: with pip if there is one, else from the package index that pip would use.
 *
 * @returns the paths of the wheels
 * @throws RunError if that fails; InputError with `--offline`; the reason of the signal if it is aborted.
 */
export async function downloadWheels(downloads: WheelDownloads): Promise<string[]> {
  const { wheels, temporary, kept, signal, report, onProgress } = downloads;
  for (const { requirement } of wheels) requireOnline(requirement);
  const pip = await findPip(signal);
  if (pip) return downloadWithPip(pip, { wheels, to: temporary, signal, onProgress });
  const paths: string[] = [];
  for (const wheel of wheels) {
    let before = 0;
    const onReceived = (received: number) => {
      onProgress(received - before);
      before = received;
    };
    paths.push(await downloadWheel({ wheel, to: kept, signal, report, onProgress: onReceived }));
  }
  return paths;
}
