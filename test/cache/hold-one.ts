import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '../../src/cache/store.ts';

/** A process that makes an entry of a store, tells each step, and holds it until it is killed. */

const [folder = '', key = '', makeMs = '0'] = process.argv.slice(2);
const held = await new Store(folder, 1e9).hold(key, {
  label: 'made by another process',
  bytes: 4,
  signal: new AbortController().signal,
  waiting: () => console.log('waiting'),
  async make(to) {
    await writeFile(join(to, 'part'), 'part');
    console.log('making');
    await sleep(Number(makeMs));
  },
});
console.log('held', held.folder);
setInterval(() => {}, 1000);
