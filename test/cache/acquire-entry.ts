import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '../../src/cache/store.ts';

/** A process that acquires an entry of a store, prints each step, and keeps the entry until it is killed. */

const [folder = '', key = '', makeMs = '0'] = process.argv.slice(2);
const entry = await new Store(folder, 1e9).acquire(key, {
  label: 'created by another process',
  bytes: 4,
  signal: new AbortController().signal,
  onWait: () => console.log('waiting'),
  async make(to) {
    await writeFile(join(to, 'part'), 'part');
    console.log('creating');
    await sleep(Number(makeMs));
  },
});
console.log('acquired', entry.folder);
setInterval(() => {}, 1000);
