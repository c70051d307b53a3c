import type { Experiment, ModelConfig } from '../experiment/experiment.ts';
import type { Path, Problem } from '../experiment/problem.ts';
import { BackboneError, buildGraph } from './build-graph.ts';
import { needsClassCount } from './class-count.ts';
import { type Graph, type GraphNode, INPUT } from './graph.ts';
import { formatArgument } from './layers/args.ts';
import { checkArgs, LayerError, type LayerSummary, Shapes, summarize } from './shapes.ts';

/** The network of an experiment, as far as it can be built. */
export interface NetworkFacts {
  /** All layers; `null` if those of the backbone are not known. */
  readonly graph: Graph | null;
  /** The shapes and parameters of all layers; `null` if one of them is wrong. */
  readonly network: Network | null;
  /** Errors that keep the network from being built. */
  readonly problems: readonly Problem[];
}

export interface Network {
  readonly graph: Graph;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly layers: readonly LayerSummary[];
}

/**
 * Builds the network of an experiment as plain data.
 * @param source the network of `model.backbone.model` or `run`; `null` if it was not read.
 * @param isKnown false for a path whose value is wrong. Shapes that depend on it are not checked.
 */
export function findNetwork(
  experiment: Experiment,
  source: Graph | null,
  isKnown: (path: Path) => boolean = () => true,
): NetworkFacts {
  const isInputKnown = isKnown(['model', 'backbone', 'inputShape']) && isKnown(['data', 'dataset']);
  const model = isInputKnown ? experiment.model : withInputShape(experiment.model, DEFAULT_SHAPE);
  const { graph, unknown, problems } = buildTolerantly(model, source);
  if (!graph) return { graph, network: null, problems };
  const [height, width, channels, ...rest] = graph.inputShape;
  if (isInputKnown && (!height || !width || !channels || rest.length > 0)) {
    const message = `the model must take images of [height, width, channels]. Received: ${formatArgument(graph.inputShape)}`;
    problems.push({ path: ['model', 'backbone'], message });
    unknown.push(INPUT);
  }
  if (!isInputKnown) unknown.push(INPUT);
  const skipped = graph.nodes.filter(
    (node) => needsClassCount(node) || !isKnown(pathOf(experiment, node)),
  );
  problems.push(...layerProblems(experiment, graph, { unknown, skipped }));
  const isComplete = problems.length === 0 && unknown.length === 0 && skipped.length === 0;
  if (!isComplete) return { graph, network: null, problems };
  const imageShape = [height ?? 0, width ?? 0, channels ?? 0] as const;
  return { graph, network: { graph, imageShape, layers: summarize(graph) }, problems };
}

interface Built {
  readonly graph: Graph | null;
  /** Layers, or the input, whose output shape is not known. */
  readonly unknown: string[];
  readonly problems: Problem[];
}

/** The default input shape of Keras, which every backbone accepts. */
const DEFAULT_SHAPE = [224, 224, 3] as const;

/** Builds the graph. If the cut or the input shape is wrong, it builds one with the same layers. */
function buildTolerantly(model: ModelConfig, source: Graph | null): Built {
  const { from, inputShape } = model.backbone;
  const isRead = from.kind === 'model' || from.kind === 'run';
  if (isRead && !source) return { graph: null, unknown: [], problems: [] };
  try {
    return { graph: buildGraph(model, source), unknown: [], problems: [] };
  } catch (error) {
    if (!(error instanceof BackboneError || error instanceof LayerError)) throw error;
    const at = error instanceof BackboneError ? error.at : null;
    const problem = { path: ['model', 'backbone', at ?? []].flat(), message: error.message };
    if (at === 'name' || (at !== 'cut' && inputShape === DEFAULT_SHAPE)) {
      return { graph: null, unknown: [], problems: [problem] };
    }
    const changed =
      at === 'cut'
        ? { ...model, backbone: { ...model.backbone, cut: null } }
        : withInputShape(model, DEFAULT_SHAPE);
    const rest = buildTolerantly(changed, source);
    const last = rest.graph?.nodes.findLast(({ part }) => part === 'backbone')?.name ?? INPUT;
    return {
      graph: rest.graph,
      unknown: [...rest.unknown, at === 'cut' ? last : INPUT],
      problems: [problem, ...rest.problems],
    };
  }
}

function withInputShape(model: ModelConfig, inputShape: readonly [number, number, number]) {
  return { ...model, backbone: { ...model.backbone, inputShape } };
}

interface Unchecked {
  /** Layers, or the input, whose output shape is not known. */
  readonly unknown: readonly string[];
  /** Layers whose arguments are wrong or not known yet. */
  readonly skipped: readonly GraphNode[];
}

/** The problem of each layer that cannot be in its place, unless an input of the layer is not known. */
function layerProblems(
  experiment: Experiment,
  { inputShape, nodes }: Graph,
  { unknown, skipped }: Unchecked,
): Problem[] {
  const shapes = new Shapes(inputShape);
  const broken = new Set([...unknown, ...skipped.map(({ name }) => name)]);
  const problems: Problem[] = [];
  for (const node of nodes) {
    if (skipped.includes(node)) continue;
    try {
      checkArgs(node);
      if (node.inputs.some((name) => broken.has(name))) broken.add(node.name);
      else shapes.add(node);
    } catch (error) {
      if (!(error instanceof LayerError)) throw error;
      broken.add(node.name);
      problems.push({ path: pathOf(experiment, node), message: error.message });
    }
  }
  return problems;
}

/** The path of a layer in the file. */
export function pathOf({ model }: Experiment, { name, part }: GraphNode): Path {
  const indexIn = (layers: readonly { readonly name: string }[]) =>
    layers.findIndex((layer) => layer.name === name);
  if (part === 'head') return ['model', 'head', indexIn(model.head)];
  const { from } = model.backbone;
  return from.kind === 'layers'
    ? ['model', 'backbone', 'layers', indexIn(from.layers)]
    : ['model', 'backbone'];
}
