import type { Json } from '../../config/experiment.ts';
import type { KerasLayer } from './format.ts';

/** The layers of a model's configuration (`class_name`, `config.layers`), which are in Keras' order. */
export function layersOf(config: Json): KerasLayer[] {
  const layers = field(field(config, 'config'), 'layers');
  if (!Array.isArray(layers)) return [];
  return layers.map((layer: Json) => ({
    className: String(field(layer, 'class_name')),
    name: String(field(field(layer, 'config'), 'name')),
    layers: layersOf(layer),
  }));
}

function field(value: Json | undefined, name: string): Json | undefined {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}
