import { resolve } from 'node:path';
import { InputError } from '../common/errors.ts';
import { countOf } from '../common/format.ts';
import { serveUi } from '../ui/server/serve.ts';

export interface UiCommandOptions {
  /** Folder of all runs. */
  readonly runs: string;
  readonly host: string;
  readonly port: string;
}

/**
 * `cifar-run ui`: serves a live web dashboard of all runs until the program ends.
 * @throws InputError for an invalid port, RunError for a port in use.
 */
export async function uiCommand({ runs, host, port }: UiCommandOptions): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new InputError(`--port takes a number from 0 to 65535. Received: ${port}`);
  const { url, index } = await serveUi({ runs: resolve(runs), host, port: Number(port) });
  const count = countOf(index.runs.length, 'run');
  process.stdout.write(`${url}  ${count} in ${runs}; Ctrl-C stops it\n`);
}
