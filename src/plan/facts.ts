import type { Experiment } from '../config/experiment.ts';
import { BackboneError, buildGraph } from '../model/build-graph.ts';
import type { Graph, GraphNode } from '../model/graph.ts';
import { show } from '../model/layers/args.ts';
import { checkArgs, LayerError, Shapes } from '../model/shapes.ts';
import { type LayerSummary, summarize } from '../model/summary.ts';
import type { Problem } from './problem.ts';

/** What is known from elsewhere when an experiment is planned. */
export interface PlanContext {
  /** Of the data set, where they are known without reading it. */
  readonly classNames: readonly string[] | null;
  /** The network that `model.backbone.model` or `run` names. */
  readonly source: Graph | null;
}

/** What the rules judge. */
export interface Facts {
  readonly experiment: Experiment;
  /** As many as the model must tell apart; `null`: not known before the data is read. */
  readonly classes: number | null;
  readonly graph: Graph;
  readonly imageShape: readonly [number, number, number];
  readonly layers: readonly LayerSummary[];
}

/** The facts of an experiment, or why there are none. */
export type Findings =
  | { readonly facts: Facts; readonly problems: readonly [] }
  | { readonly facts: null; readonly problems: readonly Problem[] };

export function findFacts(experiment: Experiment, context: PlanContext): Findings {
  const classes = experiment.data.classes?.length ?? context.classNames?.length ?? null;
  let graph: Graph;
  try {
    graph = buildGraph(experiment.model, context.source);
  } catch (error) {
    return { facts: null, problems: [backboneProblem(error)] };
  }
  const [height, width, channels, ...rest] = graph.inputShape;
  if (!height || !width || !channels || rest.length > 0) {
    const message = `the model must take pictures of [height, width, channels]. Received: ${show(graph.inputShape)}`;
    return { facts: null, problems: [{ path: ['model', 'backbone'], message }] };
  }
  const problems = layerProblems(experiment, graph);
  if (problems.length > 0) return { facts: null, problems };
  const imageShape = [height, width, channels] as const;
  const layers = summarize(graph);
  return { facts: { experiment, classes, graph, imageShape, layers }, problems: [] };
}

function backboneProblem(error: unknown): Problem {
  if (error instanceof BackboneError) {
    return { path: ['model', 'backbone', error.at], message: error.message };
  }
  if (error instanceof LayerError) return { path: ['model', 'backbone'], message: error.message };
  throw error;
}

/** Each layer that cannot be where it is, but for those that read one of them. */
function layerProblems(experiment: Experiment, { inputShape, nodes }: Graph): Problem[] {
  const shapes = new Shapes(inputShape);
  const broken = new Set<string>();
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
