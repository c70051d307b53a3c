import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import { except } from 'hono/combine';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import { InputError } from '../../common/errors.ts';
import { runDetail } from '../../runs/detail.ts';
import { fileWithin, leadsOutside, sendFile } from './files.ts';
import { guard, type Listening } from './guard.ts';
import { imagesOf } from './images.ts';
import { predictorOf } from './predictor.ts';
import type { RunIndex } from './run-index.ts';
import { RunTable } from './run-table.ts';
import { comparisonOf, differenceOf, sweepOf } from './several.ts';

/** What browsers load: `npm run build` makes it. */
const ASSETS = dirname(fileURLToPath(import.meta.resolve('#page/ui/index.html')));

/** So often a quiet stream of events says that it is there: proxies end those that are silent. */
const HEARTBEAT_MS = 20_000;

const COMMON = {
  crossOriginResourcePolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  // This is no site that will ever have a certificate.
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
} as const;

const ofPages = {
  ...COMMON,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    // Images that people drop are blobs, those of runs may be data.
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Whatever is in a file of a run, it is no page of this server. */
const ofFiles = {
  ...COMMON,
  contentSecurityPolicy: { defaultSrc: ["'none'"], sandbox: [] },
};

/** What a page is told as runs change. */
export interface RunEvent {
  readonly changed: readonly string[];
}

/** What answers requests: the page, what it asks for, and files of runs. Nothing changes anything. */
export function uiApp(index: RunIndex, listening: Listening): Hono {
  const app = new Hono();
  const table = new RunTable(index);
  app.use(except('/files/*', secureHeaders(ofPages)));
  app.use('/files/*', secureHeaders(ofFiles));
  app.use(guard(listening));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status);
    if (error instanceof InputError) return c.json({ error: error.message }, 400);
    // A run that goes on renames and deletes files between two looks at them.
    if ('code' in error && error.code === 'ENOENT')
      return c.json({ error: 'this was deleted just now' }, 404);
    return c.json({ error: `this should not happen: ${error.message}` }, 500);
  });
  app.notFound((c) => c.json({ error: `there is nothing at ${c.req.path}` }, 404));

  app.get('/api/runs', (c) => {
    const { filter = '', sort = '', columns = '', from = '0', count = '100' } = c.req.query();
    return c.json(table.window({ filter, sort, columns }, Number(from), Number(count)));
  });
  app.get('/api/run', async (c) => c.json(await runDetail(await runFolder(c, index))));
  app.get('/api/images', async (c) => c.json(await imagesOf(await runFolder(c, index))));
  app.get('/api/predictor', async (c) => c.json(await predictorOf(await runFolder(c, index))));
  app.get('/api/compare', async (c) => c.json(await comparisonOf(await runFolders(c, index))));
  app.get('/api/diff', async (c) => {
    const [first, second, ...more] = await runFolders(c, index);
    if (first && second && more.length === 0) return c.json(await differenceOf(first, second));
    throw new InputError('two runs can be told apart: /api/diff?run=…&run=…');
  });
  app.get('/api/sweep', async (c) => {
    const name = c.req.query('name') ?? '';
    const sweep = index.sweeps.includes(name) ? await sweepOf(join(index.folder, name)) : null;
    if (sweep) return c.json(sweep);
    throw new HTTPException(404, { message: `there is no sweep ${name}` });
  });
  app.get('/api/events', (c) => events(c, index));

  app.get('/files/*', async (c) => {
    const path = decoded(c.req.path.slice('/files/'.length));
    const file = path === null ? null : await fileWithin(index.folder, path);
    return file === null ? c.notFound() : sendFile(file, c.req.raw);
  });
  app.get('/assets/:name', async (c) => {
    const file = await fileWithin(ASSETS, c.req.param('name'));
    return file === null ? c.notFound() : sendFile(file, c.req.raw);
  });
  // The page finds by its address what it is to show.
  for (const path of ['/', '/run/*', '/compare', '/diff', '/sweep/*'])
    app.get(path, (c) => sendFile(join(ASSETS, 'index.html'), c.req.raw));
  return app;
}

/** The folder of the run that a request names. */
async function runFolder(c: Context, index: RunIndex): Promise<string> {
  const [folder, ...more] = await runFolders(c, index);
  if (folder !== undefined && more.length === 0) return folder;
  throw new InputError(`one run is shown at a time. Received: ${more.length + 1}`);
}

async function runFolders(c: Context, index: RunIndex): Promise<string[]> {
  const names = c.req.queries('run') ?? [];
  if (names.length === 0) throw new InputError('which run? Received none');
  const found = names.map(async (name) => {
    const path = index.pathOf(name);
    if (path === null) throw new HTTPException(404, { message: `there is no run ${name}` });
    if (!(await leadsOutside(path, index.folder))) return path;
    throw new HTTPException(403, {
      message: `${name} has links that lead out of the folder of runs`,
    });
  });
  return Promise.all(found);
}

/** Server-sent events: names of runs that came, went or changed. */
function events(c: Context, index: RunIndex): Response {
  return streamSSE(c, async (stream) => {
    const tell = (event: RunEvent) => stream.writeSSE({ data: JSON.stringify(event) });
    stream.onAbort(index.onChange((changed) => void tell({ changed })));
    while (!stream.aborted) {
      await stream.write(': still here\n\n');
      await setTimeout(HEARTBEAT_MS, null, { ref: false });
    }
  });
}

/** `null` for what is no encoding of anything. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
