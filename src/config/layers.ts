import { layerKinds } from '../model/layers/table.ts';
import { withDefaults } from './defaults.ts';
import type { Json, LayerArgs, LayerConfig } from './experiment.ts';
import type { Layer } from './file-types.ts';

/** Gives names to layers that have none, unique in the model, as Keras does: `dense`, `dense_1`, … */
export class LayerNames {
  readonly #taken: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  next(kind: string): string {
    const base = snakeCase(layerKinds[kind]?.className ?? kind);
    for (;;) {
      const count = this.#counts.get(base) ?? 0;
      this.#counts.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      if (!this.#taken.has(name)) return name;
    }
  }
}

/** `to_snake_case` of keras/src/utils/naming.py: `GlobalAveragePooling2D` is `global_average_pooling2d`. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

interface Written {
  readonly kind: string;
  readonly name: string | null;
  readonly inputs: readonly string[] | null;
  readonly args: LayerArgs;
}

/** A layer in one form, whichever shorthand it is written in. */
export function readLayer(layer: Layer): Written {
  const [kind, value] =
    typeof layer === 'string' ? [layer, {}] : (Object.entries(layer)[0] as [string, Json]);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const written = isMap ? value : { [layerKinds[kind]?.main ?? '']: value };
  const { name = null, inputs = null, ...args } = written as Partial<Written> & LayerArgs;
  return { kind, name, inputs, args };
}

/** Layers with names and with Keras' defaults. */
export function normalizeLayers(layers: readonly Layer[], names: LayerNames): LayerConfig[] {
  return layers.map(readLayer).map(({ kind, name, inputs, args }) => ({
    kind,
    name: name ?? names.next(kind),
    args: withDefaults(kind, args),
    inputs,
  }));
}
