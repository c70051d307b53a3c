import { type FileHandle, open } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { expect } from 'chai';
import { CORE, FRAMEWORK } from '../../src/engine/tensorflow/c-api.ts';
import { installTensorFlow } from './emulated.ts';

/*
 * No Mac can be emulated. So this reads what its loader would read: the load commands and the exported names of TensorFlow's
 * libraries. Source: mach-o/loader.h and mach-o/nlist.h of Apple's cctools.
 */

describe('the libraries of TensorFlow for macOS arm64', function (this: Mocha.Suite) {
  this.timeout(600_000);
  let framework: Library;
  let core: Library;

  before(async () => {
    const folder = join(
      await installTensorFlow({ platform: 'darwin', arch: 'arm64' }),
      'tensorflow',
    );
    framework = await readLibrary(join(folder, 'libtensorflow_framework.2.dylib'));
    core = await readLibrary(join(folder, 'libtensorflow_cc.2.dylib'));
  });

  it('export each function where the engine looks for it', () => {
    const missing = (library: Library, declarations: readonly string[]) =>
      declarations
        .map((declaration) => /(\w+)\(/.exec(declaration)?.[1] ?? declaration)
        .filter((name) => !library.exports(`_${name}`));
    expect(FRAMEWORK.length + CORE.length).to.be.above(70);
    expect(missing(framework, FRAMEWORK)).to.deep.equal([]);
    expect(missing(core, CORE)).to.deep.equal([]);
    expect(core.exports('_TF_NoSuchFunction')).to.equal(false);
  });

  it('find each other in their own folder, and everything else in macOS', () => {
    for (const library of [framework, core]) {
      expect(library.installName).to.equal(`@rpath/${library.name}`);
      const others = library.imports.filter(
        (path) => !/^\/(usr\/lib|System\/Library)\//.test(path),
      );
      const neighbours = [framework.name, core.name].map((name) => `@rpath/${name}`);
      for (const path of others) expect(neighbours).to.include(path);
      const folders = library.runPaths.map((path) => posix.normalize(`${path}/`));
      if (others.length > 0) expect(folders).to.include('@loader_path/');
    }
    expect(core.imports).to.include(`@rpath/${framework.name}`);
  });
});

interface Library {
  readonly name: string;
  readonly installName: string;
  /** The install names of the libraries that it needs. */
  readonly imports: readonly string[];
  /** The folders that `@rpath` stands for. */
  readonly runPaths: readonly string[];
  exports(symbol: string): boolean;
}

const MAGIC_64 = 0xfeedfacf;
const ARM64 = 0x0100000c;
const HEADER_BYTES = 32;

const COMMANDS = {
  idDylib: 0xd,
  loadDylib: 0xc,
  loadWeakDylib: 0x80000018,
  runPath: 0x8000001c,
  dyldInfo: 0x80000022,
  exportsTrie: 0x80000033,
} as const;

async function readLibrary(path: string): Promise<Library> {
  const file = await open(path);
  try {
    const header = await readAt(file, 0, HEADER_BYTES);
    expect(header.readUInt32LE(0)).to.equal(MAGIC_64);
    expect(header.readUInt32LE(4)).to.equal(ARM64);
    const commands = splitCommands(
      await readAt(file, HEADER_BYTES, header.readUInt32LE(20)),
      header.readUInt32LE(16),
    );
    const of = (...kinds: number[]) =>
      commands.filter((command) => kinds.includes(command.readUInt32LE(0)));
    const names = (...kinds: number[]) => of(...kinds).map(nameIn);
    const [info] = of(COMMANDS.dyldInfo);
    const [separate] = of(COMMANDS.exportsTrie);
    const place = info?.subarray(40) ?? separate?.subarray(8) ?? Buffer.alloc(8);
    const trie = await readAt(file, place.readUInt32LE(0), place.readUInt32LE(4));
    return {
      name: basename(path),
      installName: names(COMMANDS.idDylib)[0] ?? '',
      imports: names(COMMANDS.loadDylib, COMMANDS.loadWeakDylib),
      runPaths: names(COMMANDS.runPath),
      exports: (symbol) => isInTrie(trie, symbol),
    };
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}

function splitCommands(bytes: Buffer, count: number): Buffer[] {
  const commands: Buffer[] = [];
  for (let at = 0; commands.length < count; at += bytes.readUInt32LE(at + 4))
    commands.push(bytes.subarray(at, at + bytes.readUInt32LE(at + 4)));
  return commands;
}

/** The path in the command of a library or a run path, which begins with its offset. */
function nameIn(command: Buffer): string {
  const start = command.readUInt32LE(8);
  return command.toString('utf8', start, command.indexOf(0, start));
}

/**
 * Looks a symbol up as `dlsym` does. A node of the trie has the size of its information, which is 0 if no symbol ends
 * there, the information, and its edges: a part of a name and the place of the next node.
 */
function isInTrie(trie: Buffer, symbol: string): boolean {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = trie[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  let rest = symbol;
  for (;;) {
    const size = number();
    if (rest === '') return size > 0;
    at += size;
    let next: number | null = null;
    for (let edges = trie[at++] ?? 0; edges > 0 && next === null; edges--) {
      const end = trie.indexOf(0, at);
      const part = trie.toString('latin1', at, end);
      at = end + 1;
      const child = number();
      if (!rest.startsWith(part)) continue;
      rest = rest.slice(part.length);
      next = child;
    }
    if (next === null) return false;
    at = next;
  }
}
