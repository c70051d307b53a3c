import { hash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { openStore, type Store } from '../../cache/store.ts';
import type { DataConfig } from '../../experiment/experiment.ts';
import type { LoadContext } from '../dataset.ts';
import type { FileTree } from '../files/tree.ts';
import { ConcatenatedPixels, type Pixels } from '../pixels.ts';
import { type AddToPack, KEY_BYTES, openPack, type Pack, packInMemory, writePack } from './pack.ts';

interface IndexedPack {
  /** Position of the pack's first image among the pixels of all packs. */
  readonly first: number;
  readonly index: Pack['index'];
}

/** Called for each file that cannot be decoded. An error that it throws stops the decoding. */
export type OnBroken = (path: string, reason: string) => void;

/**
 * The image files of a dataset as pixels of one size. Decoded images are cached in packs. A pack holds the
 * images that one start had to decode, so that another selection of images decodes only those that no
 * pack holds. An image is identified by its path, its file's size and time, and its decoder. A file that
 * cannot be decoded is tried again at each start.
 */
export class DecodedImages {
  readonly #tree: FileTree;
  readonly #resize: DataConfig['resize'];
  readonly #context: LoadContext;
  readonly #pixels = new ConcatenatedPixels();
  readonly #packs: IndexedPack[] = [];
  /** Key of each requested file, by path. */
  readonly #keys = new Map<string, string>();
  /** Position among the pixels of all packs, by key. */
  readonly #positions = new Map<string, number>();
  #store: Promise<Store | null> | undefined;

  constructor(tree: FileTree, resize: DataConfig['resize'], context: LoadContext) {
    this.#tree = tree;
    this.#resize = resize;
    this.#context = context;
  }

  /** Decodes those of these files that are not decoded yet. */
  async decode(paths: readonly string[], onBroken: OnBroken): Promise<void> {
    this.#store ??= this.#openStore();
    const store = await this.#store;
    await this.#addKeys(paths);
    const broken = new Set<string>();
    const onEach = (path: string, reason: string) => {
      broken.add(path);
      onBroken(path, reason);
    };
    for (;;) {
      const missing = [...new Set(paths)].filter(
        (path) => this.position(path) === undefined && !broken.has(path),
      );
      if (missing.length === 0) return;
      const fill = (add: AddToPack) => this.#decodeFiles(missing, add, onEach);
      const pack = store
        ? await this.#storePack(store, missing, fill)
        : await packInMemory(this.#stride, this.#keyOf, fill);
      if (pack) this.#add(pack);
    }
  }

  /** The pixels of all packs, indexed by `position`. */
  get pixels(): Pixels {
    return this.#pixels;
  }

  /** Returns the position of a file's image; `undefined` if it is not decoded. */
  position(path: string): number | undefined {
    return this.#positions.get(this.#keyOf(path));
  }

  /** Returns the size of an image before it was resized. */
  originalSize(position: number): readonly [width: number, height: number] {
    const { first, index } = this.#packOf(position);
    return index.originalSize(position - first);
  }

  /** Returns true for an image whose file is known to be damaged. */
  isDamaged(position: number): boolean {
    const { first, index } = this.#packOf(position);
    return index.isDamaged(position - first);
  }

  #packOf(position: number): IndexedPack {
    return this.#packs.findLast(({ first }) => first <= position) as IndexedPack;
  }

  /** Opens the store and the packs in it. Returns `null` if the store cannot be written. */
  async #openStore(): Promise<Store | null> {
    const store = openStore();
    try {
      await store.prepare();
    } catch (error) {
      const { message } = error as Error;
      this.#context.report(`decoded images cannot be cached: ${message}`);
      return null;
    }
    for (const key of await store.keys(`${this.#group}-`)) {
      const entry = await store.acquireExisting(key);
      if (entry) this.#add(await openPack(entry.folder, this.#stride));
    }
    return store;
  }

  async #storePack(
    store: Store,
    paths: readonly string[],
    fill: (add: AddToPack) => Promise<void>,
  ): Promise<Pack | null> {
    const { signal, report, imageShape } = this.#context;
    const content = [this.#decoders, paths.map(this.#keyOf)];
    const key = `${this.#group}-${shortHash(content)}`;
    const acquired = store.acquire(key, {
      label: `${paths.length} images of ${basename(this.#tree.root)}, ${imageShape.join(' x ')}`,
      bytes: paths.length * this.#stride,
      signal,
      onWait: () => report('another process is decoding these images; waiting for it'),
      make: async (folder) => {
        const count = await writePack(folder, this.#keyOf, fill);
        if (count === 0) throw new EmptyPack();
      },
    });
    const entry = await acquired.catch(nullIfEmpty);
    return entry && openPack(entry.folder, this.#stride);
  }

  async #decodeFiles(
    paths: readonly string[],
    onDecoded: AddToPack,
    onBroken: OnBroken,
  ): Promise<void> {
    const { decodeFiles } = await import('./decode-files.ts');
    await decodeFiles({
      ...this.#context,
      tree: this.#tree,
      paths: new Set(paths),
      resize: this.#resize,
      jpegs: this.#context.jpegs ?? null,
      onDecoded,
      onBroken,
    });
  }

  /** Computes the keys of these files: the start of a hash of the path and of the file's size and time. */
  async #addKeys(paths: readonly string[]): Promise<void> {
    const unknown = [...new Set(paths)].filter((path) => !this.#keys.has(path));
    const fingerprints = await this.#tree.fingerprints(unknown);
    unknown.forEach((path, i) => {
      const digest = hash('sha256', `${path}\0${fingerprints[i]}`, 'binary');
      this.#keys.set(path, digest.slice(0, KEY_BYTES));
    });
  }

  #add({ pixels, index }: Pack): void {
    const first = this.#pixels.add(pixels, index.count);
    this.#packs.push({ first, index });
    const decoders = this.#decoders;
    for (let i = 0; i < index.count; i++)
      if (decoders.includes(index.decoder(i))) this.#positions.set(index.key(i), first + i);
  }

  /** Decoders whose cached images are used. */
  get #decoders(): readonly string[] {
    return this.#context.jpegs ? ['sharp', 'engine'] : ['sharp'];
  }

  /** Prefix of the store keys of all packs of this dataset and way to resize. */
  get #group(): string {
    const { imageShape } = this.#context;
    return `images-${shortHash([resolve(this.#tree.root), imageShape, this.#resize])}`;
  }

  get #stride(): number {
    return this.#context.imageShape.reduce((product, size) => product * size);
  }

  readonly #keyOf = (path: string) => this.#keys.get(path) as string;
}

/** Keeps an empty pack out of the store. */
class EmptyPack extends Error {}

function nullIfEmpty(error: Error): null {
  if (error instanceof EmptyPack) return null;
  throw error;
}

function shortHash(content: unknown): string {
  return hash('sha256', JSON.stringify(content), 'hex').slice(0, 16);
}
