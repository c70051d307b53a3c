import { execa } from 'execa';
import { cli } from '../command-line.ts';

/** A process of `cifar-run ui`. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

export async function servePage(runs: string): Promise<ServedPage> {
  const server = execa(process.execPath, [cli, 'ui', '--runs', runs, '--port', '0'], {
    reject: false,
  });
  const url = await new Promise<string>((resolve) => {
    server.stdout.on('data', (line) => resolve(/http:\S+/.exec(String(line))?.[0] ?? ''));
  });
  return {
    url,
    close: async () => {
      server.kill('SIGINT');
      await server;
    },
  };
}
