import { readFileSync } from 'node:fs';

interface Reference {
  readonly losses: {
    readonly labels: readonly number[];
    readonly logits: number[][];
    readonly probabilities: number[][];
    readonly cases: readonly {
      readonly loss: 'categoricalCrossentropy' | 'binaryCrossentropy' | 'focal' | 'mse';
      readonly labelSmoothing: number;
      readonly activation: 'softmax' | 'sigmoid' | 'linear';
      readonly values: readonly number[];
    }[];
  };
  readonly metrics: {
    readonly labels: readonly number[];
    readonly probabilities: number[][];
    readonly values: Readonly<Record<string, number>>;
  };
  readonly optimizers: {
    readonly start: number[];
    readonly gradients: readonly number[][];
    readonly final: Readonly<Record<string, readonly number[]>>;
  };
  /** Two batches have a gradient that is not finite, at these batches and elements. */
  readonly lossScaling: {
    readonly infinite: readonly [batch: number, element: number];
    readonly nan: readonly [batch: number, element: number];
    /** The scale after each batch. */
    readonly scales: readonly number[];
    readonly final: Readonly<Record<string, readonly number[]>>;
  };
  readonly schedules: Readonly<Record<string, readonly number[]>>;
}

/** Results of Keras and scikit-learn, from make_keras_reference.py. */
export const reference: Reference = JSON.parse(
  readFileSync(new URL('keras-reference.json', import.meta.url), 'utf8'),
);
