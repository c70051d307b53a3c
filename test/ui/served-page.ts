import { execa } from 'execa';
import { cli } from '../command-line.ts';

/** What `cifar-run ui` serves, in a process of its own. */
export interface ServedPage {
  readonly url: string;
  end(): Promise<void>;
}

export async function servedPage(runs: string): Promise<ServedPage> {
  const server = execa(process.execPath, [cli, 'ui', '--runs', runs, '--port', '0'], {
    reject: false,
  });
  const url = await new Promise<string>((resolve) => {
    server.stdout.on('data', (line) => resolve(/http:\S+/.exec(String(line))?.[0] ?? ''));
  });
  return {
    url,
    end: async () => {
      server.kill('SIGINT');
      await server;
    },
  };
}
