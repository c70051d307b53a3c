import { Document, isMap, isPair, isScalar, isSeq, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import type {
  BackboneConfig,
  Experiment,
  LayerConfig,
  LossConfig,
  OptimizerConfig,
} from '../experiment/experiment.ts';
import { backbones } from '../model/backbones/table.ts';

/** An experiment as the text of an experiment file, with every default. It can be run again. */
export function resolvedYaml(experiment: Experiment): string {
  const document = new Document(toFile(experiment), { aliasDuplicateObjects: false });
  visit(document, { Map: useFlowStyle, Seq: useFlowStyle });
  return document.toString({ lineWidth: 0 });
}

/** Writes lists and maps of scalars, and the arguments of a layer, in one line. */
function useFlowStyle(_: unknown, collection: YAMLMap | YAMLSeq, path: readonly unknown[]): void {
  const [list, item] = path.slice(-3);
  const isLayer = isSeq(list) && isMap(item) && item.items.length === 1;
  const values = collection.items.map((each) => (isPair(each) ? each.value : each));
  if (isLayer || values.every(isScalar)) collection.flow = true;
}

function toFile(experiment: Experiment): object {
  const { data, model, loss, metrics, phases } = experiment;
  return {
    ...experiment,
    data: { ...data, augment: data.augment.map(({ kind, args }) => ({ [kind]: args })) },
    model: { backbone: backboneToFile(model.backbone), head: model.head.map(layerToFile) },
    loss: lossToFile(loss),
    metrics: metrics.map(({ name, k }) => (name === 'topK' ? { topK: k } : name)),
    phases: phases.map(({ optimizer, ...phase }) => ({
      ...phase,
      optimizer: optimizerToFile(optimizer),
    })),
  };
}

function backboneToFile({ from, ...rest }: BackboneConfig): object {
  switch (from.kind) {
    case 'named': {
      const { name, alpha } = from;
      return { name, ...(backbones[name]?.hasAlpha && { alpha }), ...rest };
    }
    case 'layers':
      return { layers: from.layers.map(layerToFile), ...rest };
    case 'model':
      return { model: from.path, ...rest };
    case 'run':
      return { run: from.run, ...rest };
  }
}

function layerToFile({ kind, name, args, inputs }: LayerConfig): object {
  return { [kind]: { ...args, name, ...(inputs && { inputs }) } };
}

function lossToFile({ name, labelSmoothing, gamma, alpha }: LossConfig): object {
  if (name === 'mse') return { name };
  return { name, labelSmoothing, ...(name === 'focal' && { gamma, alpha }) };
}

function optimizerToFile({ args, learningRate, ...rest }: OptimizerConfig): object {
  if (typeof learningRate === 'number') return { ...rest, learningRate, ...args };
  const { schedule, args: own, warmup } = learningRate;
  return { ...rest, learningRate: { schedule, ...own, warmup }, ...args };
}
