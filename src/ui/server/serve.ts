import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { InputError, RunError } from '../../common/errors.ts';
import { uiApp } from './app.ts';
import type { Listening } from './guard.ts';
import { RunIndex } from './run-index.ts';

export interface UiOptions extends Listening {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A page that is being served. */
export interface UiServer {
  readonly url: string;
  readonly index: RunIndex;
  close(): Promise<void>;
}

/** @throws RunError when nothing can be served there. */
export async function serveUi({ runs, host, port }: UiOptions): Promise<UiServer> {
  const index = await RunIndex.open(runs);
  const server = createAdaptorServer({ fetch: uiApp(index, { host }).fetch });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    index.close();
    throw cannotListen(error as NodeJS.ErrnoException, { host, port });
  }
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}/`,
    index,
    close: async () => {
      index.close();
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function cannotListen(
  error: NodeJS.ErrnoException,
  { host, port }: { readonly host: string; readonly port: number },
): Error {
  if (error.code === 'EADDRINUSE')
    return new RunError(
      `port ${port} of ${host} is taken by another program; --port takes another one, 0 any that is free`,
      { cause: error },
    );
  return new InputError(`cannot listen on ${host}, port ${port}: ${error.message}`, {
    cause: error,
  });
}
