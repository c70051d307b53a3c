import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import {
  decode,
  type Encoding,
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

/** TensorFlow.js layers models: `model.json` and the shards that lie beside it, quantized ones too. */
export const tfjs: WeightFormat = {
  name: 'tfjs layers model',
  extensions: ['.json'],
  matches: (head) => /^\s*\{/.test(Buffer.from(head).toString('latin1')),
  async read(path) {
    const json = await readFile(path, 'utf8');
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

/**
 * The files beside a `model.json` that hold its numbers.
 *
 * @param path what messages call it.
 * @throws InputError when it is no layers model.
 */
export function shardPaths(modelJson: string, path: string): string[] {
  return manifest(modelJson, path).flatMap((group) =>
    group.paths.map((shard) => inside(shard, path)),
  );
}

function manifest(modelJson: string, path: string): readonly ManifestGroup[] {
  try {
    const { weightsManifest } = JSON.parse(modelJson) as ModelJson;
    if (Array.isArray(weightsManifest)) return weightsManifest;
  } catch (error) {
    throw new InputError(`${path} is no valid JSON: ${(error as Error).message}`);
  }
  throw new InputError(`${path} is no tfjs layers model: it has no weightsManifest`);
}

function inside(shard: string, path: string): string {
  const relative = normalize(shard);
  if (!/^(\.\.|[/\\]|[A-Za-z]:)/.test(relative)) return relative;
  throw new InputError(`${path} names a shard outside its own folder: ${shard}`);
}

async function groupEntries(group: ManifestGroup, path: string): Promise<WeightEntry[]> {
  const shards = await Promise.all(
    group.paths.map(async (name): Promise<Shard> => {
      const shard = join(dirname(path), inside(name, path));
      const found = await stat(shard).catch(() => {
        throw new InputError(`${path} names the shard ${name}, which is not beside it`);
      });
      return { path: shard, bytes: found.size };
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
  const held = shards.reduce((sum, shard) => sum + shard.bytes, 0);
  if (held === end) return entries;
  throw new InputError(
    `${path} describes ${end} bytes of weights, and ${group.paths.join(', ')} hold ${held}`,
  );
}

function byteLength(spec: ManifestGroup['weights'][number], path: string): number {
  const type = spec.quantization?.dtype ?? spec.dtype;
  const size = ITEM_BYTES[type];
  if (size) return spec.shape.reduce((product, each) => product * each, size);
  throw new InputError(
    `${path}: the weight ${spec.name} is of type ${type}, and must be of numbers`,
  );
}

/** Bytes of the shards as if they were one file. */
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
