import { hash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { openStore, type Store } from '../../cache/store.ts';
import type { LoadContext } from '../dataset.ts';
import type { FileTree } from '../files/tree.ts';
import { ChainedPixels, type Pixels } from '../pixels.ts';
import { type AddToPack, nameBytes, openPack, type Pack, packInMemory, writePack } from './pack.ts';

interface Indexed {
  /** Its first image, among those of all packs. */
  readonly first: number;
  readonly index: Pack['index'];
}

/** Told of each file that cannot be decoded; what it throws ends the decoding. */
export type OnBroken = (path: string, reason: string) => void;

/**
 * The image files of a source as pixels of one size. What was decoded is kept in packs: each holds what one
 * start lacked, so that another choice of images decodes only what none has decoded before it. A image is
 * found by its path, size and time, and by who decoded it; one that cannot be decoded is tried again.
 */
export class DecodedImages {
  readonly #tree: FileTree;
  readonly #context: LoadContext;
  readonly #pixels = new ChainedPixels();
  readonly #indexes: Indexed[] = [];
  /** What each file is that was asked for. */
  readonly #names = new Map<string, string>();
  /** Index among the pixels of all packs, by name. */
  readonly #places = new Map<string, number>();
  #store: Promise<Store | null> | undefined;

  constructor(tree: FileTree, context: LoadContext) {
    this.#tree = tree;
    this.#context = context;
  }

  /** Decodes what was not decoded yet of these files. */
  async want(paths: readonly string[], onBroken: OnBroken): Promise<void> {
    this.#store ??= this.#open();
    const store = await this.#store;
    await this.#learn(paths);
    const broken = new Set<string>();
    const onEach = (path: string, reason: string) => {
      broken.add(path);
      onBroken(path, reason);
    };
    for (;;) {
      const missing = [...new Set(paths)].filter(
        (path) => this.place(path) === undefined && !broken.has(path),
      );
      if (missing.length === 0) return;
      const fill = (add: AddToPack) => this.#decode(missing, add, onEach);
      const pack = store
        ? await this.#keep(store, missing, fill)
        : await packInMemory(this.#stride, this.#nameOf, fill);
      if (pack) this.#add(pack);
    }
  }

  /** Those of all packs; `place` says where a file's is. */
  get pixels(): Pixels {
    return this.#pixels;
  }

  /** `undefined` where it is not decoded. */
  place(path: string): number | undefined {
    return this.#places.get(this.#nameOf(path));
  }

  /** As its file has them. */
  size(place: number): readonly [width: number, height: number] {
    const { first, index } = this.#indexed(place);
    return index.size(place - first);
  }

  /** Whether its file's data are known to be damaged. */
  damaged(place: number): boolean {
    const { first, index } = this.#indexed(place);
    return index.damaged(place - first);
  }

  #indexed(place: number): Indexed {
    return this.#indexes.findLast(({ first }) => first <= place) as Indexed;
  }

  /** The store with what is in it; `null` where nothing can be kept. */
  async #open(): Promise<Store | null> {
    const store = openStore();
    try {
      await store.prepare();
    } catch (error) {
      const { message } = error as Error;
      this.#context.report(`decoded images could not be kept for the next start: ${message}`);
      return null;
    }
    for (const key of await store.keys(`${this.#group}-`)) {
      const held = await store.holdIfThere(key);
      if (held) this.#add(await openPack(held.folder, this.#stride));
    }
    return store;
  }

  async #keep(
    store: Store,
    paths: readonly string[],
    fill: (add: AddToPack) => Promise<void>,
  ): Promise<Pack | null> {
    const { signal, report, imageShape } = this.#context;
    const content = [this.#decoders, paths.map(this.#nameOf)];
    const held = store.hold(`${this.#group}-${keyOf(content)}`, {
      label: `${paths.length} images of ${basename(this.#tree.root)}, ${imageShape.join(' x ')}`,
      bytes: paths.length * this.#stride,
      signal,
      waiting: () => report('another process is decoding these images; waiting for it'),
      make: async (folder) => {
        if ((await writePack(folder, this.#nameOf, fill)) === 0) throw new Nothing();
      },
    });
    const entry = await held.catch(ifNothing);
    return entry && openPack(entry.folder, this.#stride);
  }

  async #decode(paths: readonly string[], onDecoded: AddToPack, onBroken: OnBroken): Promise<void> {
    const { decodeFiles } = await import('./decode-files.ts');
    const jpegs = this.#context.jpegs ?? null;
    const files = { tree: this.#tree, paths: new Set(paths) };
    await decodeFiles({ ...this.#context, ...files, jpegs, onDecoded, onBroken });
  }

  /** A name is the start of a hash of the path, and of the file's size and time. */
  async #learn(paths: readonly string[]): Promise<void> {
    const unknown = [...new Set(paths)].filter((path) => !this.#names.has(path));
    const fingerprints = await this.#tree.fingerprints(unknown);
    unknown.forEach((path, i) => {
      const digest = hash('sha256', `${path}\0${fingerprints[i]}`, 'binary');
      this.#names.set(path, digest.slice(0, nameBytes));
    });
  }

  #add({ pixels, index }: Pack): void {
    const first = this.#pixels.add(pixels, index.count);
    this.#indexes.push({ first, index });
    const decoders = this.#decoders;
    for (let i = 0; i < index.count; i++)
      if (decoders.includes(index.decoder(i))) this.#places.set(index.name(i), first + i);
  }

  /** Those whose images are taken. */
  get #decoders(): readonly string[] {
    return this.#context.jpegs ? ['sharp', 'engine'] : ['sharp'];
  }

  /** Packs of the same source and size have keys that begin so. */
  get #group(): string {
    const { imageShape } = this.#context;
    return `images-${keyOf([resolve(this.#tree.root), imageShape])}`;
  }

  get #stride(): number {
    return this.#context.imageShape.reduce((product, size) => product * size);
  }

  readonly #nameOf = (path: string) => this.#names.get(path) as string;
}

/** Ends the making of a pack that would be empty. */
class Nothing extends Error {}

function ifNothing(error: Error): null {
  if (error instanceof Nothing) return null;
  throw error;
}

function keyOf(content: unknown): string {
  return hash('sha256', JSON.stringify(content), 'hex').slice(0, 16);
}
