import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import { show } from './args.ts';
import type { LayerKind } from './layer.ts';

export type KerasConfig = { readonly [key: string]: Json };

/** Keys that say nothing of a layer's arithmetic here. */
const silent = new Set([
  'name',
  'dtype',
  'trainable',
  'batch_shape',
  'batch_input_shape',
  'seed',
  'sparse',
  'ragged',
  'renorm_momentum',
  'activity_regularizer',
]);

/** Values of other keys that change nothing, beside null and false. */
const neutral: KerasConfig = {
  data_format: 'channels_last',
  groups: 1,
  dilation_rate: [1, 1],
  threshold: 0,
  synchronized: false,
};

/**
 * A layer's arguments from its Keras configuration, which is in snake case. Initializers are left
 * out, for the weights come with the model.
 * @param rank of the layer's input, batch axis included.
 * @throws InputError when the configuration asks for something that is not known here.
 */
export function argsFromKeras(kind: LayerKind, config: KerasConfig, rank: number): LayerArgs {
  const args: Record<string, Json> = {};
  for (const [key, value] of Object.entries(config)) {
    const name = kind.kind === 'leakyReLU' && key === 'negative_slope' ? 'alpha' : camelCase(key);
    if (value === null || silent.has(key) || key.endsWith('_initializer')) continue;
    if (kind.args.includes(name)) args[name] = argument(name, value);
    else if (!changesNothing(key, value, rank)) {
      throw new InputError(`${kind.className} with ${key} ${show(value)} cannot be read`);
    }
  }
  return args;
}

function changesNothing(key: string, value: Json, rank: number): boolean {
  if (value === false) return true;
  if (key === 'axis') return [-1, rank].includes(Array.isArray(value) ? value[0] : value);
  if (key === 'negative_slope') return value === 0;
  return show(value) === show(neutral[key]);
}

function argument(name: string, value: Json): Json {
  if (name.endsWith('Regularizer')) return configOf(value);
  if (name === 'activation') return camelCase(String(serialized(value) ? configOf(value) : value));
  return value;
}

function serialized(value: Json): value is { class_name: Json; config: Json } {
  return typeof value === 'object' && value !== null && 'class_name' in value && 'config' in value;
}

function configOf(value: Json): Json {
  return serialized(value) ? value.config : value;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
