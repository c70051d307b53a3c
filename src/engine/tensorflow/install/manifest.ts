import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../../cache/hash.ts';
import { writeAtomic } from '../../../common/files.ts';
import type { Distribution, Variant } from './platforms.ts';
import type { FileRecord } from './unpack.ts';

/** The last file written into an installed folder: one without it, or unlike it, is not used. */
const MANIFEST = 'installed.json';

interface Manifest {
  readonly version: string;
  readonly variant: Variant;
  readonly wheels: readonly string[];
  /** By path within the folder. */
  readonly files: Readonly<Record<string, FileRecord>>;
}

export async function writeManifest(
  folder: string,
  { version, variant, wheels }: Distribution,
  files: Readonly<Record<string, FileRecord>>,
): Promise<void> {
  const requirements = wheels.map((wheel) => `${wheel.requirement} sha256:${wheel.sha256}`);
  const manifest: Manifest = { version, variant, wheels: requirements, files };
  await writeAtomic(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Whether everything is there in its full size; takes no longer than a look at the folder. */
export async function isInstalled(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (manifest === null) return false;
  const sizes = await Promise.all(
    Object.entries(manifest.files).map(async ([path, { bytes }]) => {
      const found = await stat(join(folder, path)).catch(() => null);
      return found?.size === bytes;
    }),
  );
  return sizes.every(Boolean);
}

/** Paths of the installed files whose content is no longer what was installed; reads all of them. */
export async function changedFiles(folder: string): Promise<string[]> {
  const manifest = await readManifest(folder);
  const changed: string[] = [];
  for (const [path, { sha256 }] of Object.entries(manifest?.files ?? {})) {
    if ((await hashFile(join(folder, path), 'sha256')) !== `sha256:${sha256}`) changed.push(path);
  }
  return changed;
}

/** `null` where there is none, or none that can be read. */
async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => null);
  try {
    return text && JSON.parse(text);
  } catch {
    return null;
  }
}
