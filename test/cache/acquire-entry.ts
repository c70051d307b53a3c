import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Store } from '../../src/cache/store.ts';

/**
 * A process that acquires an entry of a store, prints each step, and keeps the entry until it is killed. With `wait`, it has
 * created the entry only when it reads something.
 */

const [folder = '', key = '', mode] = process.argv.slice(2);
const entry = await new Store(folder, 1e9).acquire(key, {
  label: 'created by another process',
  bytes: 4,
  signal: new AbortController().signal,
  onWait: () => console.log('waiting'),
  async make(to) {
    await writeFile(join(to, 'part'), 'part');
    console.log('creating');
    if (mode === 'wait') await once(process.stdin, 'data');
  },
});
console.log('acquired', entry.folder);
setInterval(() => {}, 1000);
