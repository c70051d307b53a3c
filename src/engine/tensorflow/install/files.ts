import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Entry, openPromise } from 'yauzl';
import { hashFile } from '../../../cache/hash.ts';
import { writeAtomic } from '../../../common/files.ts';
import type { Distribution, Variant } from './platforms.ts';

// The files of an installation: extracted from wheels, and recorded in a manifest.

/** An installed file. */
interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

interface Extraction {
  /** Paths of wheels, which are ZIP archives. Each is deleted when it is done. */
  readonly wheels: readonly string[];
  /** The paths of the files to extract. */
  readonly members: RegExp;
  /** Destination folder; the files keep their paths. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** Called with the size of each chunk written. */
  readonly onWrite: (bytes: number) => void;
}

/**
 * Extracts files from wheels and syncs them to the disk.
 *
 * @returns the extracted files by path
 */
export async function extractWheels(extraction: Extraction): Promise<Record<string, FileRecord>> {
  const files: Record<string, FileRecord> = {};
  for (const wheel of extraction.wheels) {
    const archive = await openPromise(wheel);
    try {
      for await (const entry of archive.eachEntry()) {
        if (!extraction.members.test(entry.fileName)) continue;
        const content = await archive.openReadStreamPromise(entry);
        files[entry.fileName] = await write(entry, content, extraction);
      }
    } finally {
      archive.close();
    }
    await rm(wheel);
  }
  return files;
}

async function write(entry: Entry, content: Readable, { to, signal, onWrite }: Extraction) {
  const path = join(to, entry.fileName);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w', isExecutable(entry) ? 0o755 : 0o644);
  try {
    const digest = createHash('sha256');
    async function* chunks() {
      for await (const chunk of content) {
        digest.update(chunk);
        onWrite(chunk.length);
        yield chunk;
      }
    }
    // A write stream of the file would close it before it can be synced.
    await writeFile(file, chunks(), { signal });
    await file.sync();
    return { bytes: entry.uncompressedSize, sha256: digest.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The upper half of the external attributes of a ZIP entry is its Unix mode. */
function isExecutable(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
}

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
