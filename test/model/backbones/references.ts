import { readFileSync } from 'node:fs';
import { backbones } from '../../../src/model/backbones/table.ts';
import type { Graph } from '../../../src/model/graph.ts';

/** The output of a network for the image of its script. */
export interface Output {
  readonly mean: number;
  readonly deviation: number;
  readonly first: readonly number[];
}

interface Reference {
  readonly parameters: number;
  readonly nonTrainable: number;
  /** `name class shape parameters inputs…` */
  readonly layers?: readonly string[];
  /** With the weights of the script. */
  readonly output?: Output;
}

interface References {
  /** Height and width of the input. */
  readonly size: number;
  readonly references: Record<string, Reference>;
  /** The outputs with ImageNet weights of the Python package index. */
  readonly pretrained?: Record<string, Output>;
}

function read(name: string): References {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

const keras = read('keras-applications.json');
const pytorch = read('pytorch-networks.json');

export const { size } = keras;

/**
 * The networks of keras.applications in Keras 3.15 with `include_top=False`, written by `keras_applications.py`, and
 * networks of PyTorch, written by `pytorch_networks.py`.
 */
export const references = { ...keras.references, ...pytorch.references };

export const { pretrained = {} } = pytorch;

/** Returns the backbone of a reference, e.g. `mobilenet`, `mobilenet-0.5` or `mobilenetV2-1-pytorch`. */
export function graphOf(title: string): Graph {
  const [name = '', alpha = '1', origin] = title.split('-');
  const backbone = backbones[name];
  if (!backbone) throw new Error(`there is no backbone ${name}`);
  const inputShape = [size, size, 3];
  const weights = origin === 'pytorch' ? 'pytorch' : 'other';
  const nodes = backbone.layers({ inputShape, alpha: Number(alpha), weights });
  return { inputShape, nodes };
}
