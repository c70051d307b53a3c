import * as tf from '@tensorflow/tfjs';
import { connect } from './build.ts';
import type { Graph } from './graph.ts';
import type { Prefix } from './prefix.ts';

/** A model in two parts, which share its layers and so its weights. */
export interface SplitModel {
  /** Images to what the cut gives. */
  readonly prefix: tf.LayersModel;
  /** What the cut gives to the model's output. */
  readonly tail: tf.LayersModel;
  /** Leaves the model itself as it is. */
  dispose(): void;
}

/** Splits a model behind a prefix of its network. */
export function splitModel(
  model: tf.LayersModel,
  { nodes }: Graph,
  { cut, layers }: Prefix,
): SplitModel {
  const before = new Set(layers.map(({ name }) => name));
  const after = nodes.filter(({ name }) => !before.has(name));
  const features = tf.input({ shape: [...cut.outputShape] });
  const outputs = connect(after, new Map([[cut.name, features]]), ({ name }) =>
    model.getLayer(name),
  );
  const last = outputs.get(after.at(-1)?.name ?? cut.name) ?? features;
  const tail = tf.model({ inputs: features, outputs: last });
  // The first place of a layer is the one in the model itself.
  const end = model.getLayer(cut.name).getOutputAt(0) as tf.SymbolicTensor;
  return {
    prefix: tf.model({ inputs: model.inputs, outputs: end }),
    tail,
    // Gives back what it took of the shared layers; the prefix took nothing.
    dispose: () => void tail.dispose(),
  };
}
