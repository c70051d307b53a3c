import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import type { LayerConfig, ModelConfig } from '../experiment/experiment.ts';
import type { WeightOrigin } from './backbones/backbone.ts';
import { backbones } from './backbones/table.ts';
import { ancestors, type Graph, type GraphNode, INPUT, layerHint, type Shape } from './graph.ts';

/** An error in the configuration of a backbone; `at` is the wrong key. */
export class BackboneError extends InputError {
  readonly at: 'name' | 'cut' | 'inputShape';

  constructor(at: BackboneError['at'], message: string) {
    super(message);
    this.at = at;
  }
}

/**
 * Returns the network of a model's configuration: the backbone up to its cut, then the head. It does not check shapes;
 * `summarize` does.
 *
 * @param source the network of `model` or `run`, which was read from disk
 * @throws BackboneError
 */
export function buildGraph(model: ModelConfig, source: Graph | null = null): Graph {
  const { inputShape, nodes } = backboneGraph(model, source);
  const { cut, batchNormalization = {} } = model.backbone;
  const backbone = cutAt(nodes, cut).map((node) =>
    node.kind === 'batchNormalization'
      ? { ...node, args: { ...node.args, ...batchNormalization } }
      : node,
  );
  return { inputShape, nodes: [...backbone, ...stack(model.head, 'head', backbone.at(-1)?.name)] };
}

function backboneGraph({ backbone }: ModelConfig, source: Graph | null): Graph {
  const { from, weights } = backbone;
  if (from.kind === 'model' || from.kind === 'run') {
    if (!source) throw new Error(`the network of ${from.kind} has not been read`);
    const nodes = source.nodes.map((node) => ({ ...node, part: 'backbone' as const }));
    return { inputShape: backbone.inputShape ?? source.inputShape, nodes };
  }
  const { inputShape } = backbone;
  if (!inputShape) {
    throw new BackboneError('inputShape', 'must be [height, width, channels]. Received: nothing');
  }
  if (from.kind === 'layers') return { inputShape, nodes: stack(from.layers, 'backbone', INPUT) };
  return { inputShape, nodes: namedBackbone(from, inputShape, weights) };
}

function namedBackbone(
  { name, alpha }: { readonly name: string; readonly alpha: number },
  inputShape: Shape,
  weights: string | null,
): readonly GraphNode[] {
  const backbone = backbones[name];
  if (!backbone) {
    const names = Object.keys(backbones);
    throw new BackboneError(
      'name',
      `there is no backbone named ${name}; there are ${names.join(', ')}${didYouMean(name, names)}`,
    );
  }
  if (weights === 'imagenet' && inputShape[2] !== 3) {
    throw new BackboneError(
      'inputShape',
      `ImageNet's weights take images of 3 channels. Received: ${inputShape.join(' × ')}`,
    );
  }
  return backbone.layers({ inputShape, alpha, weights: originOf(weights) });
}

function originOf(weights: string | null): WeightOrigin {
  if (weights === 'imagenet') return 'keras';
  return weights !== null && isPytorch(weights) ? 'pytorch' : 'other';
}

/** Tells by the path or URL of a weight file if it is a checkpoint of PyTorch. */
export function isPytorch(file: string): boolean {
  return /\.(pth|pt)([?#].*)?$/i.test(file);
}

/** Connects each layer to its `inputs`, or else to the previous layer. */
function stack(
  layers: readonly LayerConfig[],
  part: GraphNode['part'],
  first: string = INPUT,
): GraphNode[] {
  return layers.map(({ name, kind, args, inputs }, index) => ({
    name,
    kind,
    args,
    inputs: inputs ?? [layers[index - 1]?.name ?? first],
    part,
  }));
}

/** Returns the layers that the new last one depends on. */
function cutAt(nodes: readonly GraphNode[], last: string | null): readonly GraphNode[] {
  if (last === null) return nodes;
  const names = nodes.map((node) => node.name);
  if (!names.includes(last)) {
    throw new BackboneError(
      'cut',
      `the backbone has no layer named ${last}${layerHint(last, names)}`,
    );
  }
  return ancestors(nodes, last);
}
