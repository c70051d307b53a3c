import type { Experiment, ModelConfig } from '../experiment/experiment.ts';
import { BackboneError, buildGraph } from '../model/build-graph.ts';
import { type Graph, type GraphNode, INPUT } from '../model/graph.ts';
import { show } from '../model/layers/args.ts';
import { checkArgs, LayerError, type LayerSummary, Shapes, summarize } from '../model/shapes.ts';
import type { Problem } from './problem.ts';

/** What is known from elsewhere when an experiment is planned. */
export interface PlanContext {
  /** Of the data set, where they are known without reading it. */
  readonly classNames: readonly string[] | null;
  /** The network that `model.backbone.model` or `run` names; `null` where it was not read. */
  readonly source: Graph | null;
}

/** What the rules judge. */
export interface Facts {
  readonly experiment: Experiment;
  /** As many as the model must tell apart; `null`: not known before the data is read. */
  readonly classes: number | null;
  /** All layers by name; `null` where the backbone's are not known. */
  readonly graph: Graph | null;
  /** What the layers come to; `null` when some of them cannot be where they are. */
  readonly network: Network | null;
  /** Why there is no network. */
  readonly problems: readonly Problem[];
}

export interface Network {
  readonly graph: Graph;
  readonly imageShape: readonly [number, number, number];
  readonly layers: readonly LayerSummary[];
}

/** What is known of an experiment, as much of it as there is when something is wrong with its network. */
export function findFacts(experiment: Experiment, context: PlanContext): Facts {
  const classes = experiment.data.classes?.length ?? context.classNames?.length ?? null;
  const { graph, unknown, problems } = named(experiment.model, context.source);
  if (!graph) return { experiment, classes, graph, network: null, problems };
  const [height, width, channels, ...rest] = graph.inputShape;
  if (!height || !width || !channels || rest.length > 0) {
    const message = `the model must take images of [height, width, channels]. Received: ${show(graph.inputShape)}`;
    problems.push({ path: ['model', 'backbone'], message });
    unknown.push(INPUT);
  }
  problems.push(...layerProblems(experiment, graph, unknown));
  const imageShape = [height ?? 0, width ?? 0, channels ?? 0] as const;
  const network = problems.length > 0 ? null : { graph, imageShape, layers: summarize(graph) };
  return { experiment, classes, graph, network, problems };
}

interface Named {
  readonly graph: Graph | null;
  /** Layers, or the input, whose output is not known. */
  readonly unknown: string[];
  readonly problems: Problem[];
}

/** Keras' own, which every backbone takes. */
const USUAL_SHAPE = [224, 224, 3] as const;

/** The network; where its cut or its input is wrong, one with the same layers. */
function named(model: ModelConfig, source: Graph | null): Named {
  const { from, inputShape } = model.backbone;
  const isRead = from.kind === 'model' || from.kind === 'run';
  if (isRead && !source) return { graph: null, unknown: [], problems: [] };
  try {
    return { graph: buildGraph(model, source), unknown: [], problems: [] };
  } catch (error) {
    if (!(error instanceof BackboneError || error instanceof LayerError)) throw error;
    const at = error instanceof BackboneError ? error.at : null;
    const problem = { path: ['model', 'backbone', at ?? []].flat(), message: error.message };
    if (at === 'name' || (at !== 'cut' && inputShape === USUAL_SHAPE)) {
      return { graph: null, unknown: [], problems: [problem] };
    }
    const change = at === 'cut' ? { cut: null } : { inputShape: USUAL_SHAPE };
    const rest = named({ ...model, backbone: { ...model.backbone, ...change } }, source);
    const last = rest.graph?.nodes.findLast(({ part }) => part === 'backbone')?.name ?? INPUT;
    return {
      graph: rest.graph,
      unknown: [...rest.unknown, at === 'cut' ? last : INPUT],
      problems: [problem, ...rest.problems],
    };
  }
}

/** Each layer that cannot be where it is, but for those that read one whose output is not known. */
function layerProblems(
  experiment: Experiment,
  { inputShape, nodes }: Graph,
  unknown: readonly string[],
): Problem[] {
  const shapes = new Shapes(inputShape);
  const broken = new Set(unknown);
  const problems: Problem[] = [];
  for (const node of nodes) {
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

/** Where a layer stands in the file. */
export function pathOf({ model }: Experiment, { name, part }: GraphNode): Problem['path'] {
  const at = (layers: readonly { readonly name: string }[]) =>
    layers.findIndex((layer) => layer.name === name);
  if (part === 'head') return ['model', 'head', at(model.head)];
  const { from } = model.backbone;
  return from.kind === 'layers'
    ? ['model', 'backbone', 'layers', at(from.layers)]
    : ['model', 'backbone'];
}
