import { readFileSync } from 'node:fs';
import { backbones } from '../../../src/model/backbones/table.ts';
import type { Graph } from '../../../src/model/graph.ts';

interface Reference {
  readonly parameters: number;
  readonly nonTrainable: number;
  /** `name class shape parameters inputs…` */
  readonly layers?: readonly string[];
  /** The output of the network with the weights and the image of `keras_applications.py`. */
  readonly output?: {
    readonly mean: number;
    readonly deviation: number;
    readonly first: readonly number[];
  };
}

/** The networks of keras.applications in Keras 3.15 with `include_top=False`, written by `keras_applications.py`. */
export const { size, references }: { size: number; references: Record<string, Reference> } =
  JSON.parse(readFileSync(new URL('keras-applications.json', import.meta.url), 'utf8'));

/** Returns the backbone of a reference, e.g. `mobilenet` or `mobilenet-0.5`. */
export function graphOf(title: string): Graph {
  const [name = '', alpha = '1'] = title.split('-');
  const backbone = backbones[name];
  if (!backbone) throw new Error(`there is no backbone ${name}`);
  const inputShape = [size, size, 3];
  const nodes = backbone.layers({ inputShape, alpha: Number(alpha), imagenet: false });
  return { inputShape, nodes };
}
