import type * as TF from '@tensorflow/tfjs';
import type { FusedUpdates } from '../../engine/engine.ts';

/** TensorFlow.js as an argument, so that the table of optimizers loads without it. */
export type TensorFlow = typeof TF;

export type Tensors = { readonly [name: string]: TF.Tensor };

/** The shared scalars of rules that have none. */
export type NoTensors = { readonly [name in never]: TF.Tensor };

/** An optimizer's own arguments, under Keras' names in camelCase. */
export type OptimizerArgs = { readonly [name: string]: number | boolean };

/** The update of one trainable variable at one step. */
export interface Update<Slots, Shared> {
  readonly gradient: TF.Tensor;
  /** The variable's own state: tensors of its shape. */
  readonly slots: Slots;
  /** The result of `advance` for this step. */
  readonly shared: Shared;
  /** Scalar, already multiplied by the layer's scale. */
  readonly learningRate: TF.Tensor;
}

/** The same with variables in place of their values. */
export type FusedUpdate<Slots, Shared> = Omit<Update<unknown, Shared>, 'slots'> & {
  readonly variable: TF.Variable;
  readonly slots: { readonly [Name in keyof Slots]: TF.Variable };
};

/** The arithmetic of an optimizer as pure functions from state to new state. */
export interface UpdateRule<Slots = Tensors, Shared = Tensors> {
  /** Initial value of each slot. */
  readonly slots: { readonly [Name in keyof Slots]: number };
  /** Initial values of the scalars that all variables share. */
  readonly shared: { readonly [Name in keyof Shared]: number };
  /** Returns the shared scalars at `step`, a scalar that counts updates from 1. */
  advance?(step: TF.Tensor, shared: Shared): Shared;
  /** Updates with the engine's fused kernel, in one pass over memory. Returns `false` if it has none. */
  fused?(engine: FusedUpdates, at: FusedUpdate<Slots, Shared>): boolean;
  /** Returns `delta`, which is subtracted from the variable, and the new slots. */
  update(at: Update<Slots, Shared>): { readonly delta: TF.Tensor; readonly slots: Slots };
}

/** An optimizer. To add one, write such a file and list it in `table.ts`. */
export interface OptimizerKind {
  rule(args: OptimizerArgs, tf: TensorFlow): UpdateRule;
}
