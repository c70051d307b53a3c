import { InputError } from '../common/errors.ts';
import type { Json } from '../common/json.ts';
import { ancestors } from './build-graph.ts';
import { type Graph, type GraphNode, INPUT, type Shape } from './graph.ts';
import { show } from './layers/args.ts';
import { argsFromKeras, type KerasConfig } from './layers/args-from-keras.ts';
import { layerKinds } from './layers/table.ts';
import { Shapes } from './shapes.ts';

interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: KerasConfig;
  readonly inputs: () => readonly string[];
}

const kindsByClass = new Map(Object.values(layerKinds).map((kind) => [kind.className, kind]));

/**
 * The network that a model's configuration describes: Sequential or Functional, as Keras 2, Keras 3
 * and TensorFlow.js write it (`model_config` of an HDF5 file, `config.json` of a `.keras` file,
 * `modelTopology` of a `model.json`). All its layers are the backbone's.
 * @throws InputError when it has layers, or arguments of layers, that are not known here.
 */
export function graphFromKerasConfig(json: Json): Graph {
  const model = record(record(json).model_config ?? json);
  const config = record(model.config);
  const layers = readLayers(model, config);
  const input = layers.find(({ className }) => className === 'InputLayer');
  const inputShape = shapeOf(input?.config ?? {}) ?? shapeOf(layers[0]?.config ?? {});
  const shape = inputShape ?? shapeOf({ batch_shape: config.build_input_shape ?? null });
  if (!shape) throw new InputError('the model does not say the shape of its input');

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
    const known = [...kindsByClass.keys()].join(', ');
    throw new InputError(`layer ${name} must be one of ${known}. Received: ${className}`);
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
  const layers = list(config.layers).map(record);
  const sequential = model.class_name === 'Sequential';
  const names = layers.map((layer) => String(record(layer.config).name));
  return layers.map((layer, index) => ({
    name: names[index] ?? '',
    className: String(layer.class_name),
    config: record(layer.config),
    inputs: () => (sequential ? [names[index - 1] ?? INPUT] : inboundLayers(layer.inbound_nodes)),
  }));
}

/** Names of the layers that a layer reads, from its first (and, here, only) call. */
function inboundLayers(inbound: Json | undefined): string[] {
  const [call, ...others] = list(inbound);
  if (call === undefined) return [];
  if (others.length > 0) throw new InputError('a layer that is used twice cannot be read');
  // Keras 2 and TensorFlow.js: [[name, node, tensor, kwargs], …]. Keras 3: { args: [tensor or tensors], kwargs }.
  if (Array.isArray(call)) return call.map((each) => String(list(each)[0]));
  return list(record(call).args)
    .flatMap((tensors) => (Array.isArray(tensors) ? tensors : [tensors]))
    .map((tensor) => String(list(record(record(tensor).config).keras_history)[0]));
}

function outputOf(config: KerasConfig): string | undefined {
  const outputs = config.output_layers;
  if (!Array.isArray(outputs)) return undefined;
  // Keras 3 writes one output without the list around it.
  const [first, ...others] = typeof outputs[0] === 'string' ? [outputs] : outputs;
  if (others.length > 0) {
    throw new InputError(`a model must have one output. Received: ${outputs.length}`);
  }
  return String(list(first)[0]);
}

function shapeOf(config: KerasConfig): Shape | null {
  const shape = config.batch_shape ?? config.batch_input_shape;
  if (!Array.isArray(shape)) return null;
  const [, ...sizes] = shape;
  if (sizes.every((size) => typeof size === 'number')) return sizes;
  throw new InputError(`a model's input must have a fixed shape. Received: ${show(shape)}`);
}

function record(value: Json | undefined): KerasConfig {
  if (value && typeof value === 'object' && !Array.isArray(value)) return value as KerasConfig;
  throw new InputError(`the configuration of a model must be a map here. Received: ${show(value)}`);
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new InputError(
    `the configuration of a model must be a list here. Received: ${show(value)}`,
  );
}
