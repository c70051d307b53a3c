import type { DataConfig } from '../../config/experiment.ts';
import type { GraphNode, Shape } from '../graph.ts';

export interface BackboneOptions {
  readonly inputShape: Shape;
  /** Width multiplier of the MobileNets; the others have none. */
  readonly alpha: number;
  /** Weights come from keras.applications' ImageNet file, for which EfficientNet has a layer more. */
  readonly imagenet: boolean;
}

/**
 * A network of keras.applications without its top, layer for layer under Keras' names, so that
 * weights can be loaded by name. Adding one is such a file and its line in `table.ts`.
 */
export interface Backbone {
  readonly name: string;
  /** The `preprocess_input` mode that its ImageNet weights were trained with. */
  readonly preprocess: DataConfig['preprocess'];
  readonly hasAlpha: boolean;
  layers(options: BackboneOptions): readonly GraphNode[];
}
