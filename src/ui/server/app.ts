import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import { except } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import { InputError } from '../../common/errors.ts';
import { readRunDetail } from '../../runs/detail.ts';
import { readRunPreprocessing } from '../../runs/preprocessing.ts';
import { fileWithin, guard, linksOutside, sendFile } from './access.ts';
import { compareRuns, diffTwoRuns, readSweepDetail } from './comparisons.ts';
import { readRunImages } from './predictions.ts';
import type { RunIndex } from './run-index.ts';
import { RunTable } from './run-table.ts';

/** The folder of the page's bundles, which `npm run build` makes. */
const ASSETS = dirname(fileURLToPath(import.meta.resolve('#page/ui/index.html')));

/** Milliseconds between the comments that keep a quiet event stream open: proxies close silent connections. */
const HEARTBEAT_MS = 20_000;

const COMMON_HEADERS = {
  crossOriginResourcePolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  // The server has no certificate.
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
} as const;

const PAGE_HEADERS = {
  ...COMMON_HEADERS,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    // Images that the user drops are blobs; thumbnails of runs are data URLs.
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** A file of a run must not act as a page of this server, whatever it contains. */
const FILE_HEADERS = {
  ...COMMON_HEADERS,
  contentSecurityPolicy: { defaultSrc: ["'none'"], sandbox: [] },
};

/** A server-sent event: the names of runs that were added, removed or changed. */
export interface RunEvent {
  readonly changed: readonly string[];
}

/**
 * The routes of `cifar-run ui`: the page, the JSON that it shows, and files of runs. No route changes anything.
 * @param listenHost the name or address on which the server listens
 */
export function uiApp(index: RunIndex, listenHost: string): Hono {
  const app = new Hono();
  const table = new RunTable(index);
  app.use(except('/files/*', secureHeaders(PAGE_HEADERS)));
  app.use('/files/*', secureHeaders(FILE_HEADERS));
  app.use(guard(listenHost));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
    if (error instanceof InputError) return c.json({ error: error.message }, 400);
    // A run that trains renames and deletes files between two reads.
    if ('code' in error && error.code === 'ENOENT')
      return c.json({ error: 'a file was deleted before it was read' }, 404);
    return c.json({ error: `internal error: ${error.message}` }, 500);
  });
  app.notFound((c) => c.json({ error: `there is nothing at ${c.req.path}` }, 404));

  app.get('/api/runs', (c) => {
    const { filter = '', sort = '', columns = '', from = '0', count = '100' } = c.req.query();
    return c.json(table.window({ filter, sort, columns }, Number(from), Number(count)));
  });
  app.get('/api/run', async (c) => c.json(await readRunDetail(await runFolder(c, index))));
  app.get('/api/images', async (c) => c.json(await readRunImages(await runFolder(c, index))));
  app.get('/api/preprocessing', async (c) => {
    return c.json(await readRunPreprocessing(await runFolder(c, index)));
  });
  app.get('/api/compare', async (c) => c.json(await compareRuns(await runFolders(c, index))));
  app.get('/api/diff', async (c) => {
    const folders = await runFolders(c, index);
    const [first, second] = folders;
    if (first && second && folders.length === 2) return c.json(await diffTwoRuns(first, second));
    throw new InputError(
      `a diff needs two runs: /api/diff?run=…&run=…. Received: ${folders.length}`,
    );
  });
  app.get('/api/sweep', async (c) => {
    const name = c.req.query('name') ?? '';
    const isSweep = index.sweeps.includes(name);
    const sweep = isSweep ? await readSweepDetail(join(index.folder, name)) : null;
    if (sweep) return c.json(sweep);
    throw new HTTPException(404, { message: `there is no sweep ${name}` });
  });
  app.get('/api/events', (c) => streamEvents(c, index));

  app.get('/files/*', async (c) => {
    const path = decodePath(c.req.path.slice('/files/'.length));
    const file = path === null ? null : await fileWithin(index.folder, path);
    return file === null ? c.notFound() : sendFile(file, c.req.raw);
  });
  app.get('/assets/:name', async (c) => {
    const file = await fileWithin(ASSETS, c.req.param('name'));
    return file === null ? c.notFound() : sendFile(file, c.req.raw);
  });
  // All views are one HTML file; its script chooses the view by the address.
  for (const path of ['/', '/run/*', '/compare', '/diff', '/sweep/*'])
    app.get(path, (c) => sendFile(join(ASSETS, 'index.html'), c.req.raw));
  return app;
}

/** The folder of the one run in a request's query. */
async function runFolder(c: Context, index: RunIndex): Promise<string> {
  const folders = await runFolders(c, index);
  const [folder] = folders;
  if (folder !== undefined && folders.length === 1) return folder;
  throw new InputError(`exactly one run is needed: ?run=…. Received: ${folders.length}`);
}

/** The folders of all runs in a request's query. */
async function runFolders(c: Context, index: RunIndex): Promise<string[]> {
  const names = c.req.queries('run') ?? [];
  if (names.length === 0) throw new InputError('at least one run is needed: ?run=…. Received: 0');
  const folders = names.map(async (name) => {
    const path = index.pathOf(name);
    if (path === null) throw new HTTPException(404, { message: `there is no run ${name}` });
    if (!(await linksOutside(path, index.folder))) return path;
    throw new HTTPException(403, {
      message: `${name} is not shown: it contains links to files outside the folder of runs`,
    });
  });
  return Promise.all(folders);
}

function streamEvents(c: Context, index: RunIndex): Response {
  return streamSSE(c, async (stream) => {
    const send = (event: RunEvent) => stream.writeSSE({ data: JSON.stringify(event) });
    stream.onAbort(index.onChange((changed) => void send({ changed })));
    while (!stream.aborted) {
      await stream.write(': heartbeat\n\n');
      await setTimeout(HEARTBEAT_MS, null, { ref: false });
    }
  });
}

/** Decodes percent encoding; `null` if it is invalid. */
function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
