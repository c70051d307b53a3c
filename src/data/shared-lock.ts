/** Lets work go on side by side, but for some that is done while nothing else is (a readers-writer lock). */
export class SharedLock {
  readonly #running = new Set<Promise<unknown>>();
  /** The last of those that go on alone, one after another. */
  #exclusive: Promise<unknown> | null = null;

  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#exclusive) await this.#exclusive;
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#exclusive;
    const turn = Promise.allSettled([before, ...this.#running]).then(work);
    const ended = turn.catch(() => {});
    this.#exclusive = ended;
    try {
      return await turn;
    } finally {
      if (this.#exclusive === ended) this.#exclusive = null;
    }
  }
}
