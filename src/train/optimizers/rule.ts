import type * as TF from '@tensorflow/tfjs';
import type { FusedUpdates } from '../../engine/engine.ts';

/** TensorFlow.js itself, handed in so that the table of optimizers can be read without loading it. */
export type TensorFlow = typeof TF;

export type Tensors = { readonly [name: string]: TF.Tensor };

/** For rules that keep no scalars. */
export type NoTensors = { readonly [name in never]: TF.Tensor };

/** An optimizer's own arguments, under Keras' names in camelCase. */
export type OptimizerArgs = { readonly [name: string]: number | boolean };

/** One trainable variable at one step. */
export interface Update<Slots, Shared> {
  readonly gradient: TF.Tensor;
  /** Tensors of the variable's shape that belong to it. */
  readonly slots: Slots;
  /** What `advance` gave for this step. */
  readonly shared: Shared;
  /** Scalar; the layer's scale is in it. */
  readonly learningRate: TF.Tensor;
}

/** The same, with the variables themselves. */
export type FusedUpdate<Slots, Shared> = Omit<Update<unknown, Shared>, 'slots'> & {
  readonly variable: TF.Variable;
  readonly slots: { readonly [Name in keyof Slots]: TF.Variable };
};

/** The arithmetic of an optimizer, without state: state goes in, new state comes out. */
export interface UpdateRule<Slots = Tensors, Shared = Tensors> {
  /** The value that fills each slot at first. */
  readonly slots: { readonly [Name in keyof Slots]: number };
  /** First values of the scalars kept once for all variables. */
  readonly shared: { readonly [Name in keyof Shared]: number };
  /** The shared scalars at `step`, a scalar that counts updates from 1. */
  advance?(step: TF.Tensor, shared: Shared): Shared;
  /** The same by the engine in one pass over memory; `false`, with nothing done, where that cannot be. */
  fused?(engine: FusedUpdates, at: FusedUpdate<Slots, Shared>): boolean;
  /** `delta` is what the variable loses. */
  update(at: Update<Slots, Shared>): { readonly delta: TF.Tensor; readonly slots: Slots };
}

/** One optimizer. Adding one is such a file and its line in `table.ts`. */
export interface OptimizerKind {
  /** Keras' default. */
  readonly learningRate: number;
  /** Keras' default of the decoupled weight decay. */
  readonly weightDecay: number | null;
  /** Its own arguments with Keras' defaults. */
  readonly args: OptimizerArgs;
  rule(args: OptimizerArgs, tf: TensorFlow): UpdateRule;
}
