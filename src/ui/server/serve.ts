import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { InputError, RunError } from '../../common/errors.ts';
import { uiApp } from './app.ts';
import { RunIndex } from './run-index.ts';

export interface ServeOptions {
  /** The folder of all runs. */
  readonly runs: string;
  /** The name or address to listen on. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** A running server. */
export interface UiServer {
  readonly url: string;
  readonly index: RunIndex;
  close(): Promise<void>;
}

/**
 * Starts the server of `cifar-run ui`.
 * @throws RunError if the port is in use, InputError if the host or port is not available.
 */
export async function serveUi({ runs, host, port }: ServeOptions): Promise<UiServer> {
  const index = await RunIndex.open(runs);
  const server = createAdaptorServer({ fetch: uiApp(index, host).fetch });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    index.close();
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    index,
    close: async () => {
      index.close();
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new RunError(
      `port ${port} of ${host} is in use by another program; choose another one with --port, or 0 for any free port`,
      { cause: error },
    );
  return new InputError(`cannot listen on ${host}, port ${port}: ${error.message}`, {
    cause: error,
  });
}
