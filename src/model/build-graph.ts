import { didYouMean } from '../common/did-you-mean.ts';
import { InputError } from '../common/errors.ts';
import type { LayerConfig, ModelConfig } from '../experiment/experiment.ts';
import { backbones } from './backbones/table.ts';
import { type Graph, type GraphNode, INPUT, type Shape } from './graph.ts';

/** A backbone's description is wrong; `at` says which of its keys. */
export class BackboneError extends InputError {
  readonly at: 'name' | 'cut' | 'inputShape';

  constructor(at: BackboneError['at'], message: string) {
    super(message);
    this.at = at;
  }
}

/**
 * The network that a model's configuration describes: the backbone up to its cut, then the head.
 * `source` is the network that `model` or `run` names, which someone has read from disk.
 * Shapes are not checked here; `summarize` does that.
 * @throws BackboneError
 */
export function buildGraph(model: ModelConfig, source: Graph | null = null): Graph {
  const { inputShape, nodes } = backboneGraph(model, source);
  const backbone = cutAt(nodes, model.backbone.cut);
  return { inputShape, nodes: [...backbone, ...stack(model.head, 'head', backbone.at(-1)?.name)] };
}

function backboneGraph({ backbone }: ModelConfig, source: Graph | null): Graph {
  const { from, weights } = backbone;
  if (from.kind === 'model' || from.kind === 'run') {
    if (!source) throw new Error(`the network of ${from.kind} was not read`);
    const nodes = source.nodes.map((node) => ({ ...node, part: 'backbone' as const }));
    return { inputShape: backbone.inputShape ?? source.inputShape, nodes };
  }
  const { inputShape } = backbone;
  if (!inputShape) {
    throw new BackboneError('inputShape', 'must be [height, width, channels]. Received: nothing');
  }
  if (from.kind === 'layers') return { inputShape, nodes: stack(from.layers, 'backbone', INPUT) };
  return { inputShape, nodes: named(from, inputShape, weights === 'imagenet') };
}

function named(
  { name, alpha }: { readonly name: string; readonly alpha: number },
  inputShape: Shape,
  imagenet: boolean,
): readonly GraphNode[] {
  const known = backbones[name];
  if (!known) {
    const names = Object.keys(backbones);
    throw new BackboneError(
      'name',
      `there is no backbone named ${name}; there are ${names.join(', ')}${didYouMean(name, names)}`,
    );
  }
  if (imagenet && inputShape[2] !== 3) {
    throw new BackboneError(
      'inputShape',
      `ImageNet's weights take images of 3 channels. Received: ${inputShape.join(' × ')}`,
    );
  }
  return known.layers({ inputShape, alpha, imagenet });
}

/** Layers one after another, but where `inputs` says otherwise. */
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

/** The layers that the last one is computed from. */
function cutAt(nodes: readonly GraphNode[], last: string | null): readonly GraphNode[] {
  if (last === null) return nodes;
  const names = nodes.map((node) => node.name);
  if (!names.includes(last)) {
    throw new BackboneError(
      'cut',
      `the backbone has no layer named ${last}${didYouMean(last, names)}`,
    );
  }
  return ancestors(nodes, last);
}

/** The layer of that name and all that it is computed from, in their order. */
export function ancestors<Node extends GraphNode>(
  nodes: readonly Node[],
  last: string,
): readonly Node[] {
  const needed = new Set([last]);
  for (const node of nodes.toReversed()) {
    if (needed.has(node.name)) for (const name of node.inputs) needed.add(name);
  }
  return nodes.filter((node) => needed.has(node.name));
}
