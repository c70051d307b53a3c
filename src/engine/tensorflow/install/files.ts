import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../../cache/hash.ts';
import type { FileRecord } from '../../../cache/wheels/extract-wheels.ts';
import { writeAtomic } from '../../../common/files.ts';
import type { Distribution, Variant } from './platforms.ts';

// The files of an installation, recorded in a manifest.

/** The manifest is written last, so a folder without it is incomplete. */
const MANIFEST_NAME = 'installed.json';

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
  await writeAtomic(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Checks that all files exist and have their sizes. The check is fast: it reads no file contents. */
export async function isInstalled(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (manifest === null) return false;
  const sizes = await Promise.all(
    Object.entries(manifest.files).map(async ([path, { bytes }]) => {
      const stats = await stat(join(folder, path)).catch(() => null);
      return stats?.size === bytes;
    }),
  );
  return sizes.every(Boolean);
}

/** Hashes all installed files, and returns the paths of those whose content has changed. */
export async function changedFiles(folder: string): Promise<string[]> {
  const manifest = await readManifest(folder);
  const changed: string[] = [];
  for (const [path, { sha256 }] of Object.entries(manifest?.files ?? {})) {
    if ((await hashFile(join(folder, path), 'sha256')) !== `sha256:${sha256}`) changed.push(path);
  }
  return changed;
}

/** Returns `null` if the manifest is missing or damaged. */
async function readManifest(folder: string): Promise<Manifest | null> {
  const text = await readFile(join(folder, MANIFEST_NAME), 'utf8').catch(() => null);
  try {
    return text && JSON.parse(text);
  } catch {
    return null;
  }
}
