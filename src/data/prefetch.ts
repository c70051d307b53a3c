import { setImmediate } from 'node:timers/promises';

/** How many are made ahead of the one that is used. */
const AHEAD = 2;

/**
 * What `make` makes of each item, in their order: the next ones are made while one is used, once the process has
 * nothing else to do. Each is disposed when the next one is asked for, or no more are, also by an error.
 */
export async function* prefetch<Item, Made extends { dispose(): void }>(
  items: Iterable<Item>,
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const left = items[Symbol.iterator]();
  const coming: Promise<Made>[] = [];
  const begin = () => {
    const { value, done } = left.next();
    if (done) return;
    const made = setImmediate().then(() => make(value));
    // Who takes it is told; until then it is no unhandled one.
    made.catch(() => {});
    coming.push(made);
  };
  try {
    for (let i = 0; i < AHEAD; i++) begin();
    for (let next = coming.shift(); next; next = coming.shift()) {
      const made = await next;
      begin();
      try {
        yield made;
      } finally {
        made.dispose();
      }
    }
  } finally {
    for (const made of coming)
      await made.then(
        (unused) => unused.dispose(),
        () => {},
      );
  }
}
