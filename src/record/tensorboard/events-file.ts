import { hostname } from 'node:os';
import { join } from 'node:path';
import { bytes, double, integer, message } from '../../protobuf/write.ts';
import { appendSynced } from '../../storage/write-atomic.ts';
import type { SummaryValue } from './summaries.ts';
import { tfRecord } from './tfrecord.ts';

/** A file of events as TensorBoard reads it (event.proto), on the disk after each event. */
export class EventsFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Begins a file of its own, so that a run that goes on leaves what was written before as it is. */
  static async begin(folder: string): Promise<EventsFile> {
    const name = `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`;
    const events = new EventsFile(join(folder, name));
    await events.#append(message(double(1, now()), bytes(3, 'brain.Event:2')));
    return events;
  }

  /** @param step as scalars are drawn over it. */
  async add(step: number, values: readonly SummaryValue[]): Promise<void> {
    const summary = message(...values.map((value) => bytes(1, value)));
    await this.#append(message(double(1, now()), integer(2, step), bytes(5, summary)));
  }

  /** From this step on a reader forgets what earlier files of the run say (`SessionLog`, START). */
  async restart(step: number): Promise<void> {
    const start = bytes(7, integer(1, 1));
    await this.#append(message(double(1, now()), integer(2, step), start));
  }

  async #append(event: Buffer): Promise<void> {
    await appendSynced(this.#path, tfRecord(event));
  }
}

/** Seconds since 1970. */
export function now(): number {
  return Date.now() / 1000;
}
