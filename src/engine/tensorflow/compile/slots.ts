import type * as tf from '@tensorflow/tfjs';
import { AttrType, type OpAttribute } from '../attributes.ts';
import type { Tensors } from './tensors.ts';

/**
 * A tfjs variable's double in TensorFlow, which compiled functions read and write. Either of the two may
 * be ahead of the other: the variable when it was assigned to, the double from a run that writes it on.
 */
export class Slot {
  readonly variable: tf.Variable;
  readonly shape: number[];
  readonly dtype: number;
  /** Of a `VarHandleOp` that finds the double. */
  readonly attributes: readonly OpAttribute[];
  /** Compiled functions that use it. */
  users = 0;
  readonly #tensors: Tensors;
  /** Id of the double, which is made when it is first needed. */
  #resource: number | undefined;
  /** The variable's data when both were last equal. */
  #shared: object | null = null;
  #ahead = false;

  constructor(tensors: Tensors, variable: tf.Variable, name: string) {
    this.variable = variable;
    this.shape = variable.shape;
    this.dtype = tensors.dtype(variable);
    this.attributes = [
      { name: 'dtype', type: AttrType.type, value: this.dtype },
      { name: 'shape', type: AttrType.shape, value: this.shape },
      { name: 'shared_name', type: AttrType.string, value: name },
    ];
    this.#tensors = tensors;
  }

  /** Before a run: the double takes what was assigned to the variable since the last one. */
  push(): void {
    if (this.variable.dataId === this.#shared) return;
    const ids = [this.handle, ...this.#tensors.ids([this.variable])];
    this.#tensors.execute('AssignVariableOp', ids, { attributes: this.#dtype, outputs: 0 });
    this.#shared = this.variable.dataId;
    this.#ahead = false;
  }

  /**
   * Before a run that writes it: the double alone keeps the value, which is then changed where it is. As long as
   * another has it too, TensorFlow copies it first, and all weights and moments are in memory twice.
   */
  lend(): void {
    if (this.#ahead) return;
    const { dtype, shape } = this;
    const standIn = this.#tensors.make({ id: this.#tensors.standIn(), dtype, shape });
    this.variable.assign(standIn);
    standIn.dispose();
    this.#shared = this.variable.dataId;
    this.#ahead = true;
  }

  /** The variable takes what runs left in the double, unless it was assigned to since. */
  settle(): void {
    if (!this.#ahead || this.variable.dataId !== this.#shared) return;
    const [read] = this.#tensors.execute('ReadVariableOp', [this.handle], {
      attributes: this.#dtype,
    });
    if (!read) throw new Error(`the variable ${this.variable.name} has no value`);
    const value = this.#tensors.make(read);
    this.variable.assign(value);
    value.dispose();
    this.#shared = this.variable.dataId;
    this.#ahead = false;
  }

  dispose(): void {
    if (this.#resource === undefined) return;
    if (!this.variable.isDisposed) this.settle();
    this.#tensors.execute('DestroyResourceOp', [this.#resource], { outputs: 0 });
    this.#tensors.binding.deleteTensor(this.#resource);
  }

  /** Id of the double. */
  get handle(): number {
    this.#resource ??= this.#tensors.execute('VarHandleOp', [], { attributes: this.attributes })[0]
      ?.id as number;
    return this.#resource;
  }

  get #dtype(): OpAttribute[] {
    return [{ name: 'dtype', type: AttrType.type, value: this.dtype }];
  }
}

/** The doubles of all variables that compiled functions use, one for each. */
export class Slots {
  readonly #tensors: Tensors;
  readonly #slots = new Map<tf.Variable, Slot>();
  #made = 0;

  constructor(tensors: Tensors) {
    this.#tensors = tensors;
  }

  /** Gives all variables what runs left in their doubles. */
  settle(): void {
    for (const slot of this.#slots.values()) slot.settle();
  }

  /** A double that lives until as many `release` as `use`. */
  use(variable: tf.Variable): Slot {
    let slot = this.#slots.get(variable);
    if (!slot) {
      slot = new Slot(this.#tensors, variable, `variable ${this.#made++}`);
      this.#slots.set(variable, slot);
    }
    slot.users += 1;
    return slot;
  }

  release(slot: Slot): void {
    slot.users -= 1;
    if (slot.users > 0) return;
    this.#slots.delete(slot.variable);
    slot.dispose();
  }
}
