import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { download } from '../../../src/cache/download.ts';
import { cachePath, isUrl } from '../../../src/data/files/source.ts';
import { cifarRun } from '../../program.ts';
import { target } from '../target.ts';

const configs = fileURLToPath(new URL('../../../configs', import.meta.url));

const COMMANDS = [
  ...['check', 'list', 'show', 'compare', 'diff', 'report', 'export', 'verify', 'resume', 'rm'],
  ...['data', 'data inspect', 'schema', 'artifacts', 'nothing', '--help', '--version', ''],
] as const;

/** Command lines of the built program. It must not print a stack trace or end by a signal. */
export const commandLines = target<{ command: string; args: string[] }>({
  name: 'command lines',
  weight: 0.4,
  async prepare(folder) {
    const files = readdirSync(configs).filter((name) => name.endsWith('.yaml'));
    const word = fc.oneof(
      fc.constantFrom(...files.map((name) => join(configs, name))),
      fc.constantFrom(
        '--set',
        '--json',
        '--runs',
        '--filter',
        '--sort',
        '--best',
        '--columns',
        '-o',
      ),
      fc.constantFrom('seed=1', 'phases.0.epochs=-1', '=', 'a.b.c=1', 'vars={', '/dev/zero', '..'),
      fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
    );
    const args = fc.array(word, { maxLength: 4 });
    return {
      cases: fc.record({ command: fc.constantFrom(...COMMANDS), args }),
      async run({ command, args }) {
        // Runs nothing: a file alone would start a training.
        const all = [...command.split(' ').filter(Boolean), ...args, '--dry-run'];
        const { exitCode, stderr } = await cifarRun(
          command === '' ? ['check', ...args] : all,
          folder,
        );
        if (exitCode === undefined) throw new Error(`it ended by a signal: ${stderr}`);
        if (/^ +at .*:\d+:\d+\)?$/m.test(stderr)) throw new Error(stderr);
      },
    };
  },
});

const STATUSES = [200, 200, 200, 206, 301, 302, 304, 404, 416, 500, 503] as const;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Closes the connection in the middle of the body. */
  readonly breaks: boolean;
}

/** URLs of a server that answers anything. The file must be within the cache, or there is a sentence. */
export const urls = target<{ path: string; answers: Answer[] }>({
  name: 'URLs and a hostile server',
  weight: 0.5,
  async prepare() {
    let answers: Answer[] = [];
    const server = createServer((_, response) => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (!answer) return response.destroy();
      const { status, headers, body, breaks } = answer;
      response.writeHead(status, headers);
      response.write(body, () => (breaks ? response.destroy() : response.end()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const headers = fc.dictionary(
      fc.constantFrom('content-length', 'content-range', 'etag', 'location', 'content-encoding'),
      fc.constantFrom('0', '3', '99999999999', 'bytes 0-2/3', 'bytes */3', '"1"', '/', 'gzip', 'x'),
      { maxKeys: 2, noNullPrototype: true },
    );
    const answer = fc.record({
      status: fc.constantFrom(...STATUSES),
      headers,
      body: fc.constantFrom('', 'abc', 'x'.repeat(100_000)),
      breaks: fc.boolean(),
    });
    const part = fc.oneof(
      fc.constantFrom('..', '%2f', '%2e%2e', '%zz', '%00', '?q=1', '#x', 'a.zip', '\\', '%5c', '~'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    return {
      cases: fc.record({
        path: fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/')),
        answers: fc.array(answer, { minLength: 1, maxLength: 3 }),
      }),
      async run({ path, answers: given }) {
        const url = `http://127.0.0.1:${port}/${path}`;
        if (!isUrl(url) || !URL.canParse(url)) return;
        // The last one ends the attempts.
        answers = [...given, { status: 404, headers: {}, body: '', breaks: false }];
        const to = cachePath(url);
        if (!to.startsWith(join(process.env.CIFAR_RUN_CACHE ?? '', '/'))) {
          throw new Error(`${to} is not in the cache`);
        }
        const signal = AbortSignal.timeout(8_000);
        await download({ url, hash: null, to, report: () => {}, signal, timeoutMs: 500 });
      },
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
});
