import type { FileHandle } from 'node:fs/promises';
import { Float16Array } from '@petamoriken/float16';
import type { Entry } from 'yauzl';
import { InputError } from '../../common/errors.ts';
import { openZip } from '../../common/zip.ts';
import { elementCount } from '../layers/args.ts';
import { fromBfloat16, openTensorFile, type WeightEntry, type WeightFormat } from './format.ts';
import { ByteReader, type Pickled, type PickleFunction, readPickle } from './pickle.ts';
import { toRowMajor } from './strides.ts';

/**
 * Checkpoints of PyTorch (`torch.save`): a ZIP archive of a pickle and the values, or the older format, pickles followed by
 * the values (torch/serialization.py). A pickle can call any Python function; here it may contain tensors and plain values
 * only.
 */
export const pytorch: WeightFormat = {
  name: 'PyTorch checkpoint',
  extensions: ['.pth', '.pt'],
  matches: (head) => isSequence(head) || isArchive(head),
  read(path) {
    return openTensorFile(path, this.name, async (file) => {
      const { buffer: head } = await file.read(Buffer.alloc(64), 0, 64, 0);
      const readSaved = isSequence(head) ? readSequence : readArchive;
      const { saved, positions } = await readSaved(path, file);
      return stateDict(saved, path).map(([key, tensor]) =>
        tensorEntry(file, key, tensor, positions.get(tensor.storage.key) ?? 0),
      );
    });
  },
};

/** The number 0x1950a86a20f9469cfc6c as a pickle, with which files of the older format start. */
const MAGIC = Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex');
const VERSION = 1001;

function isSequence(head: Uint8Array): boolean {
  return Buffer.from(head).subarray(0, 32).includes(MAGIC);
}

/** All files of the archive are in a folder; the first one of a `.keras` archive is not. */
function isArchive(head: Uint8Array): boolean {
  const bytes = Buffer.from(head);
  if (bytes.length < 30 || bytes.toString('latin1', 0, 4) !== 'PK\x03\x04') return false;
  return bytes.subarray(30, 30 + bytes.readUInt16LE(26)).includes('/');
}

interface Checkpoint {
  readonly saved: Pickled;
  /** Where the values of each storage start in the file, by the key of the storage. */
  readonly positions: ReadonlyMap<string, number>;
}

/** The values of one or more tensors. */
interface Storage {
  readonly key: string;
  readonly type: ElementType;
  /** The number of values. */
  readonly count: number;
}

/** Reads the older format: pickles of a number, a version, the system and the object; then the storages. */
async function readSequence(path: string, file: FileHandle): Promise<Checkpoint> {
  const reader = new ByteReader(file.fd, 0, (await file.stat()).size);
  const storages = new Map<string, Storage>();
  const next = () => readPickle(reader, checkpointClasses(path, storages));
  next();
  const version = next();
  if (version !== VERSION) {
    throw new InputError(`${path} has version ${version} of the format, and must have ${VERSION}`);
  }
  const system = next();
  if (system instanceof Map && system.get('little_endian') !== true) throw bigEndianError(path);
  const saved = next();
  const keys = next();
  const positions = new Map<string, number>();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = storages.get(String(key));
    const count = Number(reader.take(8).readBigInt64LE());
    if (count !== storage?.count) {
      throw new Error(`the storage ${key} has ${count} values, and should have ${storage?.count}`);
    }
    positions.set(storage.key, reader.position);
    reader.skip(byteLength(storage));
  }
  requireAll(storages, positions);
  return { saved, positions };
}

/** Reads the ZIP archive. It is not compressed, so that each storage is a part of the file. */
async function readArchive(path: string, file: FileHandle): Promise<Checkpoint> {
  const zip = await openZip(path);
  try {
    const members = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) members.set(entry.fileName, entry);
    const pickle = [...members.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
    if (!pickle) {
      throw new InputError(
        `${path} is a ZIP archive, but no PyTorch checkpoint: it has no data.pkl`,
      );
    }
    const folder = pickle.slice(0, -'data.pkl'.length);
    const openMember = async (name: string): Promise<ByteReader> => {
      const entry = members.get(folder + name);
      if (!entry) throw new Error(`it has no ${name}`);
      if (entry.compressionMethod !== 0) throw new Error(`its ${name} is compressed`);
      const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, {
        minimal: true,
      });
      return new ByteReader(file.fd, start, start + entry.uncompressedSize);
    };
    if (members.has(`${folder}byteorder`)) {
      const order = (await openMember('byteorder')).take(3).toString();
      if (order !== 'lit') throw bigEndianError(path);
    }
    const storages = new Map<string, Storage>();
    const saved = readPickle(await openMember('data.pkl'), checkpointClasses(path, storages));
    const positions = new Map<string, number>();
    for (const storage of storages.values()) {
      const values = await openMember(`data/${storage.key}`);
      positions.set(storage.key, values.position);
      values.skip(byteLength(storage));
    }
    return { saved, positions };
  } finally {
    zip.close();
  }
}

function byteLength({ count, type }: Storage): number {
  return count * type.bytes;
}

function requireAll(
  storages: ReadonlyMap<string, Storage>,
  positions: ReadonlyMap<string, number>,
): void {
  const missing = [...storages.keys()].find((key) => !positions.has(key));
  if (missing !== undefined) throw new Error(`it has no values of the storage ${missing}`);
}

function bigEndianError(path: string): InputError {
  return new InputError(`${path} was written on a big-endian machine, which is not supported`);
}

interface ElementType {
  readonly dtype: string;
  readonly bytes: number;
  /** Converts little-endian values. */
  toFloat32(data: ArrayBuffer): Float32Array;
}

function numbers(
  dtype: string,
  TypedArray: {
    new (data: ArrayBuffer): ArrayLike<number | bigint>;
    readonly BYTES_PER_ELEMENT: number;
  },
): ElementType {
  return {
    dtype,
    bytes: TypedArray.BYTES_PER_ELEMENT,
    toFloat32: (data) => Float32Array.from(new TypedArray(data), Number),
  };
}

/** The types of elements by the name of their storage class. */
const TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['FloatStorage', { dtype: 'float32', bytes: 4, toFloat32: (data) => new Float32Array(data) }],
  ['HalfStorage', numbers('float16', Float16Array)],
  [
    'BFloat16Storage',
    { dtype: 'bfloat16', bytes: 2, toFloat32: (data) => fromBfloat16(Buffer.from(data)) },
  ],
  ['DoubleStorage', numbers('float64', Float64Array)],
  ['LongStorage', numbers('int64', BigInt64Array)],
  ['IntStorage', numbers('int32', Int32Array)],
  ['ByteStorage', numbers('uint8', Uint8Array)],
  ['BoolStorage', numbers('bool', Uint8Array)],
]);

/** A view of a storage, as in PyTorch: the element at index i is at offset + Σ i · stride. */
class Tensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** @throws Error if the tensor is not within its storage. */
  constructor(
    storage: Storage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    if (offset + this.extent > storage.count) {
      throw new Error(
        `a tensor ends at ${offset + this.extent} of the ${storage.count} values of its storage`,
      );
    }
    // Strides of 0 repeat values.
    if (elementCount(shape) > Math.max(storage.count, MAX_REPEATED)) {
      throw new Error(`a tensor has ${elementCount(shape)} values, many more than its storage`);
    }
  }

  /** The number of values of the storage from the first to the last element. */
  get extent(): number {
    if (this.shape.includes(0)) return 0;
    return this.shape.reduce((sum, size, axis) => sum + (size - 1) * (this.strides[axis] ?? 0), 1);
  }
}

/** The names that a checkpoint may contain. Each new storage is added to `storages`. */
function checkpointClasses(path: string, storages: Map<string, Storage>) {
  return {
    find(module: string, name: string): Pickled {
      const known =
        FUNCTIONS.get(`${module}.${name}`) ?? (module === 'torch' ? TYPES.get(name) : undefined);
      if (known) return known;
      throw new InputError(
        `${path} contains ${module}.${name}; only tensors, numbers, text, lists and dicts are read. ` +
          'Save the weights alone: torch.save(model.state_dict(), path)',
      );
    },
    load(id: Pickled): Pickled {
      const [kind, type, key, , count, view = null] = Array.isArray(id) ? id : [];
      if (kind !== 'storage' || !isElementType(type) || !isCount(count) || view !== null) {
        throw new Error('it refers to something that is no storage');
      }
      const storage: Storage = { key: String(key), type, count };
      const known = storages.get(storage.key) ?? storage;
      if (known.type !== type || known.count !== count) {
        throw new Error(`the storage ${key} has two types or lengths`);
      }
      storages.set(storage.key, known);
      return known;
    },
  };
}

const FUNCTIONS: ReadonlyMap<string, PickleFunction> = new Map([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([tensor = null]) => tensor],
] satisfies [string, PickleFunction][]);

/** Python 2 gives the items as an argument, Python 3 adds them later. */
function orderedDict([items]: readonly Pickled[]): Pickled {
  return new Map(Array.isArray(items) ? items.map(([key, value]) => [key, value]) : []);
}

function rebuildTensor([storage, offset, shape, strides]: readonly Pickled[]): Pickled {
  if (isStorage(storage) && isCount(offset) && isCounts(shape) && isCounts(strides)) {
    if (shape.length === strides.length && shape.length <= MAX_RANK) {
      return new Tensor(storage, offset, shape, strides);
    }
  }
  throw new Error('a tensor has no valid storage, offset, shape or strides');
}

const MAX_RANK = 16;
const MAX_REPEATED = 1_000_000;

function isElementType(value: unknown): value is ElementType {
  return [...TYPES.values()].includes(value as ElementType);
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'type' in value && 'count' in value;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Keys under which training programs save the state dict beside other things. */
const NESTED = ['state_dict', 'model_state_dict', 'model'];

/** Returns the tensors of the saved dict, or of the state dict in it. */
function stateDict(saved: Pickled, path: string): [string, Tensor][] {
  if (!(saved instanceof Map)) {
    throw new InputError(
      `${path} must contain a dict of tensors: torch.save(model.state_dict(), path)`,
    );
  }
  const candidates = [saved, ...NESTED.map((key) => saved.get(key))];
  for (const candidate of candidates) {
    const tensors = candidate instanceof Map ? tensorsOf(candidate) : [];
    if (tensors.length > 0) return withoutWrapper(tensors);
  }
  const keys = [...saved.keys()].slice(0, 10).map(String).join(', ') || 'nothing';
  throw new InputError(
    `${path} must contain a dict of tensors, or one as ${NESTED.join(', ')}. Received: ${keys}`,
  );
}

function tensorsOf(map: ReadonlyMap<Pickled, Pickled>): [string, Tensor][] {
  return [...map].filter(
    (item): item is [string, Tensor] => typeof item[0] === 'string' && item[1] instanceof Tensor,
  );
}

/** `DataParallel` puts `module.` before all names. */
function withoutWrapper(tensors: [string, Tensor][]): [string, Tensor][] {
  const wrapper = 'module.';
  if (!tensors.every(([key]) => key.startsWith(wrapper))) return tensors;
  return tensors.map(([key, tensor]) => [key.slice(wrapper.length), tensor]);
}

function tensorEntry(file: FileHandle, key: string, tensor: Tensor, start: number): WeightEntry {
  const dot = key.lastIndexOf('.');
  const { type } = tensor.storage;
  return {
    layer: key.slice(0, Math.max(dot, 0)),
    name: key.slice(dot + 1),
    shape: tensor.shape,
    dtype: type.dtype,
    async read() {
      const data = new Uint8Array(type.bytes * tensor.extent);
      const position = start + type.bytes * tensor.offset;
      const { bytesRead } = await file.read(data, 0, data.length, position);
      if (bytesRead < data.length) throw new Error(`the file ends within ${key}`);
      return toRowMajor(type.toFloat32(data.buffer), tensor.shape, tensor.strides);
    },
  };
}
