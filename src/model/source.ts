import { stat } from 'node:fs/promises';
import { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import type { BackboneConfig, LayerArgs } from '../experiment/experiment.ts';
import { ancestors, type Graph, type GraphNode, INPUT, type Shape } from './graph.ts';
import { formatArgument } from './layers/args.ts';
import type { LayerKind } from './layers/layer.ts';
import { layerKinds } from './layers/table.ts';
import { Shapes } from './shapes.ts';

/** A saved model whose network is used as a backbone. */
export interface ModelSource {
  /** The file: `model.json`, `.keras` or `.h5`. */
  readonly path: string;
  readonly graph: Graph;
}

/**
 * Finds the `model.json` of a run by a reference of the user, e.g. `quickstart/latest`.
 *
 * @throws InputError if there is no such run, or if it has no model yet.
 */
export type FindRunModel = (run: string) => Promise<string>;

/**
 * Reads the network of the model file or run that a backbone names; returns `null` for other backbones.
 *
 * @throws InputError if there is no such model, or if its network is not supported.
 */
export async function readSource(
  { from }: BackboneConfig,
  findRunModel: FindRunModel,
): Promise<ModelSource | null> {
  if (from.kind !== 'model' && from.kind !== 'run') return null;
  return readModelFile(from.kind === 'model' ? from.path : await findRunModel(from.run));
}

/**
 * Reads the network of a model file.
 *
 * @throws InputError if there is no such model, or if its network is not supported.
 */
export async function readModelFile(path: string): Promise<ModelSource> {
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile()) throw new InputError(`there is no model ${path}`);
  // Imported lazily, because it loads TensorFlow.js, which other backbones do not need.
  const { readArchitecture } = await import('./weights/load.ts');
  try {
    return { path, graph: graphFromKerasConfig(await readArchitecture(path)) };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}: ${error.message}`);
    throw error;
  }
}

interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: KerasConfig;
  readonly inputs: () => readonly string[];
}

const kindsByClass = new Map(Object.values(layerKinds).map((kind) => [kind.className, kind]));

/**
 * Converts the Keras configuration of a Sequential or Functional model to a network. The configuration is written by Keras
 * 2, Keras 3 or TensorFlow.js (`model_config` of an HDF5 file, `config.json` of a `.keras` file, `modelTopology` of a
 * `model.json`). All layers become part of the backbone.
 *
 * @throws InputError for unsupported layers or arguments.
 */
export function graphFromKerasConfig(json: Json): Graph {
  const model = asMap(asMap(json).model_config ?? json);
  const config = asMap(model.config);
  const layers = readLayers(model, config);
  const input = layers.find(({ className }) => className === 'InputLayer');
  const inputShape = shapeOf(input?.config ?? {}) ?? shapeOf(layers[0]?.config ?? {});
  const shape = inputShape ?? shapeOf({ batch_shape: config.build_input_shape ?? null });
  if (!shape) throw new InputError('the model has no input shape');

  const last = outputOf(config) ?? layers.at(-1)?.name ?? '';
  const shapes = new Shapes(shape);
  const nodes: GraphNode[] = [];
  for (const layer of layers.filter(({ className }) => className !== 'InputLayer')) {
    const node = nodeOf(layer, input?.name, shapes);
    shapes.add(node);
    nodes.push(node);
  }
  return { inputShape: shape, nodes: ancestors(nodes, last) };
}

function nodeOf(layer: KerasLayer, input: string | undefined, shapes: Shapes): GraphNode {
  const { name, className, config } = layer;
  const kind = kindsByClass.get(className);
  if (!kind) {
    const classes = [...kindsByClass.keys()].join(', ');
    throw new InputError(`layer ${name} must be one of ${classes}. Received: ${className}`);
  }
  try {
    const inputs = layer.inputs().map((each) => (each === input ? INPUT : each));
    const rank = shapes.of(inputs[0] ?? INPUT)?.length ?? 0;
    const args = argsFromKeras(kind, config, rank);
    return { name, kind: kind.kind, args, inputs, part: 'backbone' };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`layer ${name}: ${error.message}`);
    throw error;
  }
}

function readLayers(model: KerasConfig, config: KerasConfig): KerasLayer[] {
  const layers = asList(config.layers).map(asMap);
  const sequential = model.class_name === 'Sequential';
  const names = layers.map((layer) => String(asMap(layer.config).name));
  return layers.map((layer, index) => ({
    name: names[index] ?? '',
    className: String(layer.class_name),
    config: asMap(layer.config),
    inputs: () => (sequential ? [names[index - 1] ?? INPUT] : inboundLayers(layer.inbound_nodes)),
  }));
}

/** Returns the names of the inputs of a layer, which may be called once only. */
function inboundLayers(inbound: Json | undefined): string[] {
  const [call, ...others] = asList(inbound);
  if (call === undefined) return [];
  if (others.length > 0) throw new InputError('a layer that is used twice is not supported');
  // Keras 2 and TensorFlow.js: [[name, node, tensor, kwargs], …]. Keras 3: { args: [tensor or tensors], kwargs }.
  if (Array.isArray(call)) return call.map((each) => String(asList(each)[0]));
  return asList(asMap(call).args)
    .flatMap((tensors) => (Array.isArray(tensors) ? tensors : [tensors]))
    .map((tensor) => String(asList(asMap(asMap(tensor).config).keras_history)[0]));
}

function outputOf(config: KerasConfig): string | undefined {
  const outputs = config.output_layers;
  if (!Array.isArray(outputs)) return undefined;
  // Keras 3 writes a single output without a list around it.
  const [first, ...others] = typeof outputs[0] === 'string' ? [outputs] : outputs;
  if (others.length > 0) {
    throw new InputError(`a model must have one output. Received: ${outputs.length}`);
  }
  return String(asList(first)[0]);
}

function shapeOf(config: KerasConfig): Shape | null {
  const shape = config.batch_shape ?? config.batch_input_shape;
  if (!Array.isArray(shape)) return null;
  const [, ...sizes] = shape;
  if (sizes.every((size) => typeof size === 'number')) return sizes;
  throw new InputError(
    `a model's input must have a fixed shape. Received: ${formatArgument(shape)}`,
  );
}

function asMap(value: Json | undefined): KerasConfig {
  if (value && typeof value === 'object' && !Array.isArray(value)) return value as KerasConfig;
  throw new InputError(
    `this part of a model's configuration must be a map. Received: ${formatArgument(value)}`,
  );
}

function asList(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new InputError(
    `this part of a model's configuration must be a list. Received: ${formatArgument(value)}`,
  );
}

type KerasConfig = { readonly [key: string]: Json };

/** Keys that do not affect the computation of a layer. */
const IGNORED_KEYS = new Set([
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

/** Values of other keys that have no effect; null and false have none either. */
const NEUTRAL_VALUES: KerasConfig = {
  data_format: 'channels_last',
  groups: 1,
  dilation_rate: [1, 1],
  threshold: 0,
  synchronized: false,
};

/**
 * Converts the Keras configuration of a layer, in snake case, to its arguments. Initializers are ignored, because the model
 * contains the weights.
 *
 * @param rank rank of the input, including the batch axis
 * @throws InputError for unsupported options.
 */
function argsFromKeras(kind: LayerKind, config: KerasConfig, rank: number): LayerArgs {
  const args: Record<string, Json> = {};
  for (const [key, value] of Object.entries(config)) {
    const name = kind.kind === 'leakyReLU' && key === 'negative_slope' ? 'alpha' : camelCase(key);
    if (value === null || IGNORED_KEYS.has(key) || key.endsWith('_initializer')) continue;
    if (kind.args.includes(name)) args[name] = convertArgument(name, value);
    else if (!hasNoEffect(key, value, rank)) {
      throw new InputError(
        `${kind.className} with ${key} ${formatArgument(value)} is not supported`,
      );
    }
  }
  return args;
}

function hasNoEffect(key: string, value: Json, rank: number): boolean {
  if (value === false) return true;
  if (key === 'axis') return [-1, rank].includes(Array.isArray(value) ? value[0] : value);
  if (key === 'negative_slope') return value === 0;
  return formatArgument(value) === formatArgument(NEUTRAL_VALUES[key]);
}

function convertArgument(name: string, value: Json): Json {
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
