import type * as tf from '@tensorflow/tfjs';
import { AttrType, type OpAttribute } from '../attributes.ts';
import type { Tensors } from './tensors.ts';

/**
 * A tfjs variable and its copy in a resource variable of TensorFlow, which compiled functions read and write. Either of
 * them may be newer: the tfjs variable after an assignment, the resource variable after a run that writes it.
 */
export class Slot {
  readonly variable: tf.Variable;
  readonly shape: number[];
  readonly dtype: number;
  /** The attributes of a `VarHandleOp` for the resource variable. */
  readonly attributes: readonly OpAttribute[];
  /** The number of compiled functions that use it. */
  users = 0;
  readonly #tensors: Tensors;
  /** The id of the resource variable, which is created when it is first needed. */
  #resource: number | undefined;
  /** The data of the tfjs variable after the last synchronization. */
  #synced: object | null = null;
  /** The value is in the resource variable only. */
  #isDetached = false;

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

  /** Copies a newly assigned value to the resource variable; called before each run. */
  push(): void {
    if (this.variable.dataId === this.#synced) return;
    const ids = [this.handle, ...this.#tensors.ids([this.variable])];
    this.#tensors.execute('AssignVariableOp', ids, { attributes: this.#dtype, outputs: 0 });
    this.#synced = this.variable.dataId;
    this.#isDetached = false;
  }

  /**
   * Leaves the value in the resource variable only, so that it can be updated in place; called before a run that writes
   * it. TensorFlow would copy a shared value first, and all weights and moments would be in memory twice.
   */
  detach(): void {
    if (this.#isDetached) return;
    const { dtype, shape } = this;
    const deferred = this.#tensors.make({ id: this.#tensors.addDeferred(), dtype, shape });
    this.variable.assign(deferred);
    deferred.dispose();
    this.#synced = this.variable.dataId;
    this.#isDetached = true;
  }

  /** Copies the result of runs to the tfjs variable, unless a newer value was assigned to it. */
  pull(): void {
    if (!this.#isDetached || this.variable.dataId !== this.#synced) return;
    const [read] = this.#tensors.execute('ReadVariableOp', [this.handle], {
      attributes: this.#dtype,
    });
    if (!read) throw new Error(`the variable ${this.variable.name} has no value`);
    const value = this.#tensors.make(read);
    this.variable.assign(value);
    value.dispose();
    this.#synced = this.variable.dataId;
    this.#isDetached = false;
  }

  dispose(): void {
    if (this.#resource === undefined) return;
    if (!this.variable.isDisposed) this.pull();
    this.#tensors.execute('DestroyResourceOp', [this.#resource], { outputs: 0 });
    this.#tensors.binding.deleteTensor(this.#resource);
  }

  /** The id of the resource variable. */
  get handle(): number {
    this.#resource ??= this.#tensors.execute('VarHandleOp', [], { attributes: this.attributes })[0]
      ?.id as number;
    return this.#resource;
  }

  get #dtype(): OpAttribute[] {
    return [{ name: 'dtype', type: AttrType.type, value: this.dtype }];
  }
}

/** The slots of all variables that compiled functions use. */
export class Slots {
  readonly #tensors: Tensors;
  readonly #slots = new Map<tf.Variable, Slot>();
  #created = 0;

  constructor(tensors: Tensors) {
    this.#tensors = tensors;
  }

  /** Copies the results of runs to all tfjs variables. */
  pullAll(): void {
    for (const slot of this.#slots.values()) slot.pull();
  }

  /** Returns the slot of a variable, which exists until it is released as often as it was used. */
  use(variable: tf.Variable): Slot {
    let slot = this.#slots.get(variable);
    if (!slot) {
      slot = new Slot(this.#tensors, variable, `variable ${this.#created++}`);
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
