import type { PhaseConfig } from '../experiment/experiment.ts';
import { EarlyStopping, ReduceOnPlateau } from './monitor.ts';
import type { Objective } from './objective.ts';
import type { Position, Snapshot } from './state.ts';
import { Tally } from './tally.ts';

/** What changes as a phase goes on, beside weights and optimizer. */
export class PhaseState {
  /** Epochs that are done, their validation included. */
  epochs = 0;
  /** Batches done of the epoch after them, and what they gave. */
  batch = 0;
  tally: Tally | null = null;
  stoppedEarly: string | null = null;
  endsTraining = false;
  /** Weights that the phase may end with. */
  best: Snapshot | null = null;
  readonly stopping: EarlyStopping | null;
  readonly plateau: ReduceOnPlateau | null;

  constructor({ earlyStopping, reduceOnPlateau }: PhaseConfig) {
    this.stopping = earlyStopping && new EarlyStopping(earlyStopping);
    this.plateau = reduceOnPlateau && new ReduceOnPlateau(reduceOnPlateau);
  }

  restore(at: Position, objective: Objective): void {
    this.epochs = at.epochs;
    this.batch = at.batch;
    this.stoppedEarly = at.stoppedEarly;
    this.endsTraining = at.endsTraining;
    this.tally = at.tally && new Tally(objective, at.tally);
    if (this.stopping && at.earlyStopping) this.stopping.state = at.earlyStopping;
    if (this.plateau && at.plateau) this.plateau.state = at.plateau;
  }

  endEpoch(): void {
    this.tally?.dispose();
    this.tally = null;
    this.epochs += 1;
    this.batch = 0;
  }

  dispose(): void {
    this.tally?.dispose();
    this.best?.dispose();
  }
}
