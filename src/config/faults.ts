import { type Fault, FaultError, type Path, type Place } from './place.ts';
import type { HoleNode } from './tree.ts';

/**
 * What is found wrong while files are read. Whatever cannot be read leaves a hole in the tree, so that all
 * the rest can be judged and told of at once.
 */
export class Faults {
  readonly all: Fault[] = [];

  /** @returns what stands where the fault is. */
  hole(at: Place, message: string, path: Path = []): HoleNode {
    this.all.push({ place: at, path, message });
    return { kind: 'hole', at };
  }

  /** What some work gives, or another value where it finds faults. */
  attempt<Result, Otherwise>(work: () => Result, otherwise: Otherwise): Result | Otherwise {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      this.all.push(...error.faults);
      return otherwise;
    }
  }
}
