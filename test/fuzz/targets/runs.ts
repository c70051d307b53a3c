import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { diffRuns } from '../../../src/analysis/diff.ts';
import { readComparedRuns } from '../../../src/runs/compared.ts';
import { readRunDetail } from '../../../src/runs/detail.ts';
import { readDiffedRun } from '../../../src/runs/diffed.ts';
import { readListedRun } from '../../../src/runs/listed.ts';
import { listRuns } from '../../../src/runs/places.ts';
import { uiApp } from '../../../src/ui/server/app.ts';
import { RunIndex } from '../../../src/ui/server/run-index.ts';
import { makeRun } from '../../ui/made-runs.ts';
import { type Edit, editBytes, edits } from '../mutations.ts';
import { target } from '../target.ts';

/** What `made-runs.ts` does not write. */
const MORE_FILES: Readonly<Record<string, string>> = {
  'experiment.yaml': 'name: made\n',
  'predictions.csv':
    'index,true,predicted,confidence,p_a,p_b\n' +
    Array.from({ length: 10 }, (_, i) => `${i},a,${i % 3 ? 'a' : 'b'},0.75,0.75,0.25\n`).join(''),
  'confusion_matrix.csv': 'true \\ predicted,a,b\na,6,4\nb,0,0\n',
  'images.json': '{"formatVersion":1,"size":[8,8],"indexes":[0,1]}\n',
};
const FILES = [
  ...['status.json', 'summary.json', 'resolved.yaml', 'metrics.csv', 'environment.json'],
  ...Object.keys(MORE_FILES),
];

const DAMAGES = ['bytes', 'json', 'missing', 'empty', 'folder', 'device', 'swapped'] as const;

interface Damage {
  readonly file: string;
  readonly kind: (typeof DAMAGES)[number];
  readonly changes: Edit[];
  readonly json: unknown;
}

const damages: fc.Arbitrary<Damage[]> = fc.uniqueArray(
  fc.record({
    file: fc.constantFrom(...FILES),
    kind: fc.constantFrom(...DAMAGES),
    changes: edits(),
    json: fc.jsonValue(),
  }),
  { minLength: 1, maxLength: 3, selector: ({ file }) => file },
);

async function damage(folder: string, { file, kind, changes, json }: Damage): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path).catch(() => Buffer.alloc(0));
  await rm(path, { recursive: true, force: true });
  switch (kind) {
    case 'bytes':
      return writeFile(path, editBytes(before, changes));
    case 'json':
      return writeFile(path, jsonInto(before.toString(), json));
    case 'missing':
      return;
    case 'empty':
      return writeFile(path, '');
    case 'folder':
      return void (await mkdir(path));
    case 'device':
      return symlink('/dev/zero', path);
    case 'swapped':
      return writeFile(path, MORE_FILES['predictions.csv'] ?? '');
  }
}

/** Replaces a value of a JSON file, or the whole. */
function jsonInto(text: string, value: unknown): string {
  try {
    const object = JSON.parse(text);
    const keys = Object.keys(object);
    const key = keys[JSON.stringify(value).length % keys.length] ?? '';
    return JSON.stringify({ ...object, [key]: value });
  } catch {
    return JSON.stringify(value);
  }
}

/** Two runs, one of them damaged, read by everything that reads runs. */
export const runFolders = target<Damage[]>({
  name: 'run folders',
  weight: 10,
  async prepare(folder) {
    const runs = join(folder, 'runs');
    return {
      cases: damages,
      found: ['resolved.yaml', 'environment.json', 'summary.json', 'status.json'].flatMap((file) =>
        [{}, 1, []].map((json) => [{ file, kind: 'json', changes: [], json }] as Damage[]),
      ),
      async run(all) {
        await rm(runs, { recursive: true, force: true });
        const paths = [1, 2].map((i) => join(runs, makeRun(runs, i)));
        for (const path of paths)
          for (const [name, text] of Object.entries(MORE_FILES)) {
            await writeFile(join(path, name), text);
          }
        const [first = '', second = ''] = paths;
        for (const each of all) await damage(second, each);
        for (const place of await listRuns(runs)) await readListedRun(place);
        const refused: unknown[] = [];
        for (const read of [
          () => readRunDetail(second),
          async () => diffRuns(await readDiffedRun(first), await readDiffedRun(second)),
          () => readComparedRuns(['made'], runs),
        ]) {
          await read().catch((error: unknown) => refused.push(error));
        }
        const bug = refused.find((error) => !(error instanceof Error && 'exitCode' in error));
        if (bug ?? refused[0]) throw bug ?? refused[0];
      },
    };
  },
});

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS'] as const;

/** Requests to the page of `cifar-run ui`, answered without a socket. None may end in an internal error. */
export const pageRequests = target<{ method: string; url: string; headers: [string, string][] }>({
  name: 'requests to the page',
  weight: 10,
  async prepare(folder) {
    const runs = join(folder, 'runs');
    const names = [1, 2, 3].map((i) => makeRun(runs, i));
    const index = await RunIndex.open(runs);
    const app = uiApp(index, '127.0.0.1');
    const word = fc.oneof(
      fc.constantFrom(...names, '..', '%2e%2e', '%2f', '%00', '%zz', 'made', '', 'status.json'),
      fc.constantFrom(
        'accuracy > 0',
        'a = ',
        '((((',
        '1e999',
        '-1',
        'NaN',
        'val_loss',
        '/etc/passwd',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const route = fc.constantFrom(
      ...['/api/runs', '/api/run', '/api/images', '/api/predictor', '/api/compare', '/api/diff'],
      ...['/api/sweep', '/files/', '/assets/', '/', '/run/', '/%', '/sweep/x'],
    );
    const key = fc.constantFrom('run', 'run', 'name', 'filter', 'sort', 'columns', 'from', 'count');
    const encode = (text: string) => (/^%/.test(text) ? text : encodeURIComponent(text));
    const url = fc
      .tuple(
        route,
        fc.array(word, { maxLength: 3 }),
        fc.array(fc.tuple(key, word), { maxLength: 4 }),
      )
      .map(([path, parts, query]) => {
        const search = query.map(([name, value]) => `${name}=${encode(value)}`).join('&');
        return `${path}${parts.map(encode).join('/')}?${search}`;
      });
    const header = fc.tuple(
      fc.constantFrom('host', 'origin', 'range', 'if-none-match', 'sec-fetch-site', 'accept'),
      fc.constantFrom(
        'localhost',
        'evil.example',
        'bytes=0-',
        'bytes=9-1',
        'bytes=-',
        '*',
        'cross-site',
      ),
    );
    return {
      cases: fc.record({
        method: fc.constantFrom(...METHODS),
        url,
        headers: fc.array(header, { maxLength: 2 }),
      }),
      async run({ method, url, headers }) {
        const all = new Headers([['host', 'localhost'], ...headers]);
        const response = await app.request(`http://localhost${url}`, { method, headers: all });
        const text = await response.text();
        if (response.status >= 500) throw new Error(`${response.status}: ${text}`);
        if (text.includes('root:x:')) throw new Error('a file outside the folder of runs');
      },
      close: async () => index.close(),
    };
  },
});
