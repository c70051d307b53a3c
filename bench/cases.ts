import { loadExperiment } from '../src/config/load.ts';
import { buildGraph } from '../src/model/build-graph.ts';
import { type Graph, INPUT } from '../src/model/graph.ts';

/** A model to train for a while, which the peers know by the same name. */
export interface Case {
  readonly name: string;
  readonly batchSize: number;
  /** Steps in one round of measuring. */
  readonly steps: number;
  readonly graph: Graph;
}

/** The published experiment: its head alone on cached features, and all of it. */
export async function benchCases(): Promise<readonly Case[]> {
  const file = new URL('../configs/vgg19-two-phase.yaml', import.meta.url).pathname;
  const { experiment } = await loadExperiment(file, { set: [], setFile: [] });
  const whole = buildGraph(experiment.model);
  const [, first, ...rest] = whole.nodes.filter(({ part }) => part === 'head');
  if (!first) throw new Error('the published head has lost its layers');
  const head = { inputShape: [512], nodes: [{ ...first, inputs: [INPUT] }, ...rest] };
  return [
    { name: 'head', batchSize: 32, steps: 15, graph: head },
    { name: 'head', batchSize: 256, steps: 5, graph: head },
    { name: 'vgg19', batchSize: 32, steps: 1, graph: whole },
  ];
}
