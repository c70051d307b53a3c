import { open, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { InputError } from '../../common/errors.ts';
import { readRegularFile } from '../../common/files.ts';
import type { Json } from '../../common/json.ts';
import { requireAllowed } from '../../common/sandbox.ts';
import {
  decode,
  type Encoding,
  isShape,
  splitWeightName,
  type WeightEntry,
  type WeightFormat,
} from './format.ts';

const ITEM_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

interface ModelJson {
  readonly modelTopology?: { readonly model_config?: Json } | null;
  readonly weightsManifest?: readonly ManifestGroup[];
}

interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly (Encoding & { readonly name: string })[];
}

interface Shard {
  readonly path: string;
  readonly bytes: number;
}

/** TensorFlow.js layers models: `model.json` and its shards in the same folder, which may be quantized. */
export const tfjs: WeightFormat = {
  name: 'tfjs layers model',
  extensions: ['.json'],
  matches: (head) => /^\s*\{/.test(Buffer.from(head).toString('latin1')),
  async read(path) {
    const json = await readModelJson(path);
    const groups = await Promise.all(manifest(json, path).map((each) => groupEntries(each, path)));
    const { modelTopology } = JSON.parse(json) as ModelJson;
    return {
      path,
      format: this.name,
      entries: groups.flat(),
      ordered: true,
      architecture: modelTopology ? (modelTopology.model_config ?? (modelTopology as Json)) : null,
      close: async () => {},
    };
  },
};

/** Far more than the topology of any model; parsing it takes a moment. */
const MAX_JSON_BYTES = 2 ** 25;

/** @throws Error if it is not a file, or too large. */
export async function readModelJson(path: string): Promise<string> {
  return (await readRegularFile(path, MAX_JSON_BYTES)).toString();
}

/**
 * Returns the relative paths of the shards of a `model.json`.
 *
 * @param path used in error messages
 * @throws InputError if it is not a layers model.
 */
export function shardPaths(modelJson: string, path: string): string[] {
  return manifest(modelJson, path).flatMap((group) =>
    group.paths.map((shard) => checkedShardPath(shard, path)),
  );
}

function manifest(modelJson: string, path: string): readonly ManifestGroup[] {
  try {
    const { weightsManifest } = JSON.parse(modelJson) as ModelJson;
    if (isManifest(weightsManifest)) return weightsManifest;
  } catch (error) {
    throw new InputError(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  throw new InputError(
    `${path} is not a tfjs layers model: it has no weightsManifest, a list of groups with paths and weights`,
  );
}

function isManifest(value: unknown): value is readonly ManifestGroup[] {
  return (
    Array.isArray(value) &&
    value.every(
      (group) =>
        Array.isArray(group?.paths) &&
        group.paths.every((each: unknown) => typeof each === 'string') &&
        Array.isArray(group.weights) &&
        group.weights.every((each: { name?: unknown } | null) => typeof each?.name === 'string'),
    )
  );
}

/** Refuses absolute paths, `..`, drives, other hosts (`https:/host/x`), and what a URL or Windows would interpret. */
function checkedShardPath(shard: string, path: string): string {
  const relative = posix.normalize(shard);
  if (/^[^:\\?#%/][^:\\?#%]*$/.test(relative) && !/^\.\.?(\/|$)/.test(relative)) return relative;
  throw new InputError(`${path} lists a shard outside its folder: ${shard}`);
}

async function groupEntries(group: ManifestGroup, path: string): Promise<WeightEntry[]> {
  const shards = await Promise.all(
    group.paths.map(async (name): Promise<Shard> => {
      const shard = join(dirname(path), checkedShardPath(name, path));
      requireAllowed(shard);
      const stats = await stat(shard).catch(() => null);
      if (!stats?.isFile()) {
        throw new InputError(`${path} lists the shard ${name}, which is not a file`);
      }
      return { path: shard, bytes: stats.size };
    }),
  );
  let end = 0;
  const entries = group.weights.map((spec): WeightEntry => {
    const start = end;
    end += byteLength(spec, path);
    const { shape, dtype, quantization } = spec;
    return {
      ...splitWeightName(spec.name),
      shape,
      dtype: quantization?.dtype ?? dtype,
      read: async () => decode(await readRange(shards, start, byteLength(spec, path)), spec),
    };
  });
  const size = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  if (size === end) return entries;
  throw new InputError(
    `${path} lists ${end} bytes of weights, and ${group.paths.join(', ')} contain ${size}`,
  );
}

function byteLength(spec: ManifestGroup['weights'][number], path: string): number {
  const type = spec.quantization?.dtype ?? spec.dtype;
  if (!isShape(spec.shape)) {
    throw new InputError(
      `${path}: the shape of the weight ${spec.name} must be a list of whole numbers. Received: ${JSON.stringify(spec.shape)}`,
    );
  }
  const size = Object.hasOwn(ITEM_BYTES, type) ? ITEM_BYTES[type] : undefined;
  if (size) return spec.shape.reduce((product, each) => product * each, size);
  throw new InputError(
    `${path}: the weight ${spec.name} must contain numbers. Received: the type ${type}`,
  );
}

/** Reads bytes from shards as if they were one file. */
async function readRange(shards: readonly Shard[], start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let shardStart = 0;
  for (const shard of shards) {
    const from = Math.max(start, shardStart);
    const to = Math.min(start + length, shardStart + shard.bytes);
    if (from < to) {
      const file = await open(shard.path);
      await file
        .read(bytes, from - start, to - from, from - shardStart)
        .finally(() => file.close());
    }
    shardStart += shard.bytes;
  }
  return bytes;
}
