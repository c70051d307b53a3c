import type { LayerConfig, ModelConfig } from '../experiment/experiment.ts';

/** Stands in `units` for the number of classes, until the data is known. */
export const CLASSES = 'classes';

/** Tells if a layer has a unit for each class, and their number is not known yet. */
export function needsClassCount({ args }: Pick<LayerConfig, 'args'>): boolean {
  return args.units === CLASSES;
}

/** Gives all such layers of a model their number of units. */
export function withClassCount({ backbone, head }: ModelConfig, count: number): ModelConfig {
  const counted = (layers: readonly LayerConfig[]) =>
    layers.map((layer) =>
      needsClassCount(layer) ? { ...layer, args: { ...layer.args, units: count } } : layer,
    );
  const { from } = backbone;
  const layers = from.kind === 'layers' ? counted(from.layers) : null;
  return {
    backbone: layers ? { ...backbone, from: { kind: 'layers', layers } } : backbone,
    head: counted(head),
  };
}
