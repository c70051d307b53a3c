import { createHash } from 'node:crypto';
import type { Json } from '../common/json.ts';
import type { FileHashes } from '../config/file-hashes.ts';
import type { Experiment } from '../experiment/experiment.ts';

/**
 * Identity of a run: ten hexadecimal digits that depend on everything that determines its result, i.e. the experiment
 * without its name, device and checkpoint times, and the content of its files, wherever they are. Runs of one id have one
 * result.
 */
export function runId(
  { name: _, checkpoint: __, device: ___, precision, data, ...rest }: Experiment,
  hashes: FileHashes,
): string {
  const { training, inference } = precision;
  const isFloat32 = training === 'float32' && inference === 'float32';
  // Runs of versions without a choice of precision keep their ids.
  const mixed = isFloat32 ? {} : { precision };
  return canonicalHash({
    ...rest,
    ...mixed,
    ...byContent({ ...rest, data: withoutDefaultSplit(data, rest.seed) }, hashes),
  }).slice(0, 10);
}

/** Leaves out the seed of the split where the split is that of the seed anyway: that is the same run. */
function withoutDefaultSplit(data: Experiment['data'], seed: number): Experiment['data'] {
  const { splitSeed, ...rest } = data;
  return splitSeed === null || splitSeed === seed ? (rest as Experiment['data']) : data;
}

/** Data and model, with the hashes of files in place of their paths. */
export function byContent(
  { data, model }: Pick<Experiment, 'data' | 'model'>,
  hashes: FileHashes,
): {
  readonly data: Omit<Experiment['data'], 'resize'>;
  readonly model: object & { readonly backbone: object };
} {
  const { backbone } = model;
  const { resize, ...images } = data;
  const isDefault = resize.fit === 'stretch' && resize.interpolation === 'bilinear';
  const saved = hashes.model && { kind: 'model', content: hashes.model };
  return {
    // Runs of versions without a choice keep their ids.
    data: { ...images, ...(!isDefault && { resize }), source: hashes.data ?? data.source },
    model: {
      ...model,
      backbone: {
        ...backbone,
        from: saved ?? backbone.from,
        weights: hashes.weights ?? backbone.weights,
      },
    },
  };
}

/** SHA-256 in hexadecimal digits, independent of the order of keys. */
export function canonicalHash(content: object): string {
  const text = JSON.stringify(content, (_key, value: Json) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}
