import { readSync } from 'node:fs';

/** A value of a pickle: dicts are maps, lists and tuples are arrays. Other objects come from {@link PickleClasses}. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | object;

/** A function or class that a pickle may call. */
export type PickleFunction = (args: readonly Pickled[]) => Pickled;

/** The objects that a pickle may refer to, beyond its own values. */
export interface PickleClasses {
  /** Returns what a name stands for, e.g. a {@link PickleFunction}. @throws any error for a name that is not allowed. */
  find(module: string, name: string): Pickled;
  /** Returns the object of a persistent id, which is stored outside the pickle. */
  load(id: Pickled): Pickled;
}

/** Limits of a pickle. The checkpoint of a network with a thousand layers takes a hundredth of them. */
const MAX_BYTES = 64_000_000;
const MAX_OPERATIONS = 4_000_000;
const MAX_NAME_LENGTH = 1000;

const CHUNK_BYTES = 2 ** 16;

/** Reads a part of a file from its start to its end, in chunks. */
export class ByteReader {
  readonly #file: number;
  readonly #end: number;
  #chunk = Buffer.alloc(0);
  #chunkStart: number;
  #position: number;

  constructor(file: number, start: number, end: number) {
    this.#file = file;
    this.#end = end;
    this.#chunkStart = start;
    this.#position = start;
  }

  /** The position of the next byte in the file. */
  get position(): number {
    return this.#position;
  }

  skip(bytes: number): void {
    this.#require(bytes);
    this.#position += bytes;
  }

  /** Returns the next bytes. @throws Error if the part has fewer, or if they are too many for a pickle. */
  take(bytes: number): Buffer {
    this.#require(bytes);
    if (bytes > MAX_BYTES) throw new Error(`a value in its pickle has ${bytes} bytes`);
    const from = this.#position - this.#chunkStart;
    if (from + bytes > this.#chunk.length) this.#fill(bytes);
    const start = this.#position - this.#chunkStart;
    this.#position += bytes;
    return this.#chunk.subarray(start, start + bytes);
  }

  #require(bytes: number): void {
    if (bytes >= 0 && this.#position + bytes <= this.#end) return;
    const rest = this.#end - this.#position;
    throw new Error(`${bytes} bytes should follow at ${this.#position}, and there are ${rest}`);
  }

  #fill(bytes: number): void {
    const length = Math.min(Math.max(bytes, CHUNK_BYTES), this.#end - this.#position);
    this.#chunk = Buffer.alloc(length);
    this.#chunkStart = this.#position;
    let filled = 0;
    while (filled < length) {
      const read = readSync(
        this.#file,
        this.#chunk,
        filled,
        length - filled,
        this.#position + filled,
      );
      if (read === 0) throw new Error(`the file ends at ${this.#position + filled}`);
      filled += read;
    }
  }
}

/**
 * Reads one pickle of protocol 2 to 5 (CPython, Lib/pickletools.py). It runs no code: `classes` decides which functions a
 * pickle may call. Time and memory are limited by the length of the pickle, which has a limit too.
 *
 * @throws Error if the pickle is damaged, too long, or contains something that is not allowed.
 */
export function readPickle(reader: ByteReader, classes: PickleClasses): Pickled {
  const start = reader.position;
  const machine = new PickleMachine(reader, classes);
  for (let count = 0; count < MAX_OPERATIONS; count++) {
    const code = reader.take(1)[0] ?? 0;
    if (code === STOP) return machine.pop();
    machine.run(code);
    if (reader.position - start > MAX_BYTES) break;
  }
  throw new Error(`its pickle has more than ${MAX_BYTES} bytes or ${MAX_OPERATIONS} operations`);
}

const STOP = 0x2e;

/** The stack machine for which a pickle is the program. */
class PickleMachine {
  readonly #reader: ByteReader;
  readonly #classes: PickleClasses;
  /** The values since the last mark. */
  #stack: Pickled[] = [];
  /** The values before each mark. */
  readonly #marked: Pickled[][] = [];
  readonly #memo = new Map<number, Pickled>();

  constructor(reader: ByteReader, classes: PickleClasses) {
    this.#reader = reader;
    this.#classes = classes;
  }

  pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined) throw new Error('a pickle operation has no operand');
    return value;
  }

  /** Runs one operation. */
  run(code: number): void {
    const value = this.#valueOf(code);
    if (value === undefined) this.#change(code);
    else this.#stack.push(value);
  }

  /** Returns the value that an operation pushes; `undefined` if it pushes none. */
  #valueOf(code: number): Pickled | undefined {
    const reader = this.#reader;
    switch (code) {
      case 0x4a: // BININT
        return reader.take(4).readInt32LE();
      case 0x4b: // BININT1
        return this.#byte();
      case 0x4d: // BININT2
        return reader.take(2).readUInt16LE();
      case 0x8a: // LONG1
        return readLong(reader.take(this.#byte()));
      case 0x55: // SHORT_BINSTRING, a text of Python 2
      case 0x8c: // SHORT_BINUNICODE
        return reader.take(this.#byte()).toString();
      case 0x54: // BINSTRING
      case 0x58: // BINUNICODE
        return reader.take(this.#uint32()).toString();
      case 0x43: // SHORT_BINBYTES
        return Uint8Array.from(reader.take(this.#byte()));
      case 0x42: // BINBYTES
        return Uint8Array.from(reader.take(this.#uint32()));
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x47: // BINFLOAT
        return reader.take(8).readDoubleBE();
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return [];
      case 0x74: // TUPLE
        return this.#popToMark();
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#popMany(code - 0x84);
      case 0x7d: // EMPTY_DICT
        return new Map();
      case 0x68: // BINGET
        return this.#recall(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#uint32());
      case 0x63: // GLOBAL
        return this.#classes.find(this.#line(), this.#line());
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#classes.find(String(module), String(name));
      }
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        return this.#call();
      case 0x51: // BINPERSID
        return this.#classes.load(this.pop());
      default:
        return undefined;
    }
  }

  /** Runs an operation that pushes no value. */
  #change(code: number): void {
    switch (code) {
      case 0x61: // APPEND
        this.#append([this.pop()]);
        break;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        break;
      case 0x28: // MARK
        this.#marked.push(this.#stack);
        this.#stack = [];
        break;
      case 0x30: // POP
        this.pop();
        break;
      case 0x31: // POP_MARK
        this.#popToMark();
        break;
      case 0x71: // BINPUT
        this.#remember(this.#byte());
        break;
      case 0x72: // LONG_BINPUT
        this.#remember(this.#uint32());
        break;
      case 0x94: // MEMOIZE
        this.#remember(this.#memo.size);
        break;
      case 0x62: // BUILD
        this.#ignoreState();
        break;
      case 0x80: // PROTO
        this.#reader.skip(1);
        break;
      case 0x95: // FRAME
        this.#reader.skip(8);
        break;
      default:
        throw new Error(`no plain value needs its pickle operation 0x${code.toString(16)}`);
    }
  }

  #byte(): number {
    return this.#reader.take(1).readUInt8();
  }

  #uint32(): number {
    return this.#reader.take(4).readUInt32LE();
  }

  #line(): string {
    const bytes: number[] = [];
    for (let byte = this.#byte(); byte !== 0x0a; byte = this.#byte()) {
      bytes.push(byte);
      if (bytes.length > MAX_NAME_LENGTH) throw new Error('a name in its pickle does not end');
    }
    return Buffer.from(bytes).toString();
  }

  #popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  #popToMark(): Pickled[] {
    const values = this.#stack;
    const before = this.#marked.pop();
    if (!before) throw new Error('a pickle operation has no mark');
    this.#stack = before;
    return values;
  }

  #append(values: readonly Pickled[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw new Error('its pickle appends to something that is no list');
    for (const value of values) list.push(value);
  }

  #setItems(values: readonly Pickled[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map)) throw new Error('its pickle adds keys to something that is no dict');
    if (values.length % 2 === 1) throw new Error('its pickle adds a key without a value');
    for (let i = 0; i < values.length; i += 2) map.set(values[i] ?? null, values[i + 1] ?? null);
  }

  #remember(index: number): void {
    const value = this.#stack.at(-1);
    if (value === undefined) throw new Error('its pickle remembers a value that does not exist');
    this.#memo.set(index, value);
  }

  #recall(index: number): Pickled {
    const value = this.#memo.get(index);
    if (value === undefined) throw new Error(`its pickle has no value ${index} to recall`);
    return value;
  }

  #call(): Pickled {
    const [callable, args] = this.#popMany(2);
    if (typeof callable !== 'function' || !Array.isArray(args)) {
      throw new Error('its pickle calls something that is no function');
    }
    return (callable as PickleFunction)(args);
  }

  /** An ordered dict may have attributes, such as `_metadata` of a state dict. */
  #ignoreState(): void {
    this.pop();
    if (this.#stack.at(-1) instanceof Map) return;
    throw new Error('its pickle sets attributes of something that is no ordered dict');
  }
}

/** Reads a whole number of any length: two's complement, the lowest byte first. */
function readLong(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const value = BigInt.asIntN(8 * bytes.length, unsigned);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
