import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { type Download, download } from '../../src/cache/download.ts';
import type { Hash } from '../../src/cache/hash.ts';
import { RunError } from '../../src/common/errors.ts';

const content = randomBytes(300_000);
const sha256: Hash = `sha256:${createHash('sha256').update(content).digest('hex')}`;
const md5: Hash = `md5:${createHash('md5').update(content).digest('hex')}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends the requested range, like any web server. */
const honest: Answer = (request, response) => serve(request, response, content.length);

/** Sends at most this number of bytes, and then closes the connection. */
function closesAfter(bytes: number): Answer {
  return (request, response) => serve(request, response, bytes);
}

function serve(request: IncomingMessage, response: ServerResponse, bytes: number, tag = '"1"') {
  const asked = request.headers.range?.match(/^bytes=(\d+)-$/)?.[1];
  const start = asked && request.headers['if-range'] === tag ? Number(asked) : 0;
  const size = content.length;
  if (start >= size) return response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  response.writeHead(start > 0 ? 206 : 200, {
    etag: tag,
    'content-length': size - start,
    ...(start > 0 && { 'content-range': `bytes ${start}-${size - 1}/${size}` }),
  });
  const end = () => (start + bytes < size ? response.destroy() : response.end());
  response.write(content.subarray(start, start + bytes), end);
}

/** Waits a moment, so that the client reads what was sent. */
function closeLater(response: ServerResponse): void {
  setTimeout(() => response.destroy(), 250);
}

describe('download', () => {
  let folder: string;
  let to: string;
  let server: Server;
  let url: string;
  /** The responses to the first request, the second, …; the last one is repeated. */
  let answers: Answer[];
  let requests: IncomingMessage[];
  let messages: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    to = join(folder, 'models', 'weights.h5');
    requests = [];
    messages = [];
    server = createServer((request, response) => {
      requests.push(request);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.h5`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  function get(changes: Partial<Download> = {}): Promise<string> {
    const report = (message: string) => messages.push(message);
    const signal = new AbortController().signal;
    return download({ url, hash: sha256, to, report, signal, ...changes });
  }

  async function failureOf(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => new Error('nothing failed'),
      (reason: Error) => reason,
    );
    expect(error).to.be.instanceOf(RunError);
    expect(error.message).to.contain(url);
    return error.message;
  }

  async function hasArrived(): Promise<void> {
    expect(await readdir(join(folder, 'models'))).to.deep.equal(['weights.h5']);
    expect((await readFile(to)).equals(content)).to.equal(true);
  }

  it('downloads a file once, and reports its progress', async () => {
    answers = [honest];
    expect(await get()).to.equal(to);
    expect(await get({ hash: md5 })).to.equal(to);
    await hasArrived();
    expect(requests).to.have.length(1);
    expect(messages[0]).to.match(/^weights\.h5: [\d.]+ of 0\.3 MB$/);
  });

  it('downloads a file again if its hash is wrong', async () => {
    answers = [honest];
    await get();
    await writeFile(to, 'something else');
    await get();
    await hasArrived();
    expect(messages.join('\n')).to.contain('does not have the expected hash');
  });

  it('continues after the server closed the connection', async () => {
    answers = [closesAfter(100_000), closesAfter(50_000), honest];
    await get();
    await hasArrived();
    const ranges = requests.map(({ headers }) => headers.range);
    expect(ranges).to.deep.equal([undefined, 'bytes=100000-', 'bytes=150000-']);
  });

  it('starts again if the file has changed meanwhile', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { etag: '"0"', 'content-length': content.length });
        response.write('old bytes', () => closeLater(response));
      },
      honest,
    ];
    await get();
    await hasArrived();
    expect(requests[1]?.headers['if-range']).to.equal('"0"');
  });

  it('starts again if the server gives no version of the file', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 1000), () => closeLater(response));
      },
      honest,
    ];
    await get();
    await hasArrived();
    expect(requests[1]?.headers.range).to.equal(undefined);
  });

  it('starts again if the server sends another range', async () => {
    answers = [
      closesAfter(100_000),
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 7-9/10' }).end('abc'),
      honest,
    ];
    await get();
    await hasArrived();
  });

  it('fails if the server always closes the connection, and keeps the partial file', async () => {
    answers = [closesAfter(1000)];
    expect(await failureOf(get())).to.match(
      /the server closed the connection \(.+\), in 6 attempts/,
    );
    expect(requests).to.have.length(6);
    answers = [honest];
    await get();
    await hasArrived();
    expect(requests[6]?.headers.range).to.equal('bytes=6000-');
  });

  it('gives up a server that sends nothing for the time-out', async () => {
    answers = [() => {}];
    expect(await failureOf(get({ timeoutMs: 100 }))).to.contain(
      'cannot connect to the server (no answer in 0.1 s)',
    );
    expect(requests).to.have.length(1);
  });

  it('continues after a server fell silent, and waits as long as it sends', async () => {
    const slow: Answer = (_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': content.length });
      for (const part of [0, 1, 2, 3])
        setTimeout(
          () => response.write(content.subarray(part * 1000, part * 1000 + 1000)),
          part * 150,
        );
    };
    answers = [slow, honest];
    await get({ timeoutMs: 300 });
    await hasArrived();
    expect(requests[1]?.headers.range).to.equal('bytes=4000-');
  });

  it('retries if the server is busy', async () => {
    answers = [(_, response) => response.writeHead(503).end(), honest];
    await get();
    await hasArrived();
    expect(messages[0]).to.equal('the server answered 503 Service Unavailable; retrying');
  });

  it('accepts a file that is shorter than announced', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { etag: '"1"', 'content-length': content.length + 5 });
        response.write(content, () => closeLater(response));
      },
      honest,
    ];
    await get();
    await hasArrived();
  });

  it('rejects a file that is truncated to the announced length', async () => {
    answers = [
      (_, response) => {
        const size = content.length - 5;
        response.socket?.end(
          Buffer.concat([
            Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`),
            content,
          ]),
        );
      },
    ];
    expect(await failureOf(get())).to.contain('the downloaded file has the hash');
    expect(await readdir(join(folder, 'models'))).to.not.include('weights.h5.part');
  });

  it('deletes a file with a wrong hash, and reports the hash', async () => {
    answers = [(_, response) => response.end('<html>sign in to this network</html>')];
    const message = await failureOf(get({ hash: md5 }));
    expect(message).to.contain('it was deleted').and.contain(`should have ${md5}`);
    expect(message).to.contain('save the file yourself').and.contain(to);
    answers = [honest];
    await get();
    await hasArrived();
  });

  it('fails immediately if the file is not on the server', async () => {
    answers = [(_, response) => response.writeHead(404).end('no')];
    expect(await failureOf(get())).to.contain('the server answered 404 Not Found');
    expect(requests).to.have.length(1);
  });

  it('fails immediately if the server refuses the connection', async () => {
    answers = [honest];
    await new Promise((resolve) => server.close(resolve));
    const started = performance.now();
    expect(await failureOf(get())).to.match(/cannot connect to the server \(connect ECONNREFUSED/);
    expect(performance.now() - started).to.be.below(1000);
  });

  it('fails immediately if the disk is too small', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-length': 2 ** 52 });
        response.write('begins');
      },
    ];
    expect(await failureOf(get())).to.match(
      /takes 4,503,599,627\.4 MB, and .+ has [\d,.]+ MB free/,
    );
  });

  it('throws the reason if it is interrupted, and continues later', async () => {
    const stop = new AbortController();
    const reason = new Error('interrupted by SIGINT');
    answers = [
      (_, response) => {
        response.writeHead(200, { etag: '"1"', 'content-length': content.length });
        response.write(content.subarray(0, 100_000));
        setTimeout(() => stop.abort(reason), 500);
      },
      honest,
    ];
    const error = await get({ signal: stop.signal }).catch((each) => each);
    expect(error).to.equal(reason);
    await get();
    await hasArrived();
    expect(requests[1]?.headers.range).to.equal('bytes=100000-');
  });

  it('runs once if several processes request the same file', async () => {
    const waiting = new EventEmitter();
    // Created before the processes start: one may wait before the request of the other arrives.
    const oneWaits = once(waiting, 'now');
    answers = [(...exchange) => void oneWaits.then(() => honest(...exchange))];
    const source = fileURLToPath(new URL('../../src/cache/download.ts', import.meta.url));
    const script = `
      const { download } = await import(${JSON.stringify(source)});
      const { signal } = new AbortController();
      await download({ url: '${url}', hash: '${sha256}', to: '${to}', report: console.log, signal });`;
    const node = ['--import', 'tsx', '--input-type=module', '-e', script];
    const processes = [execa('node', node), execa('node', node)];
    for (const { stdout } of processes) {
      stdout.on('data', (text: Buffer) => {
        if (text.includes('another process is downloading')) waiting.emit('now');
      });
    }
    await Promise.all(processes);
    await hasArrived();
    expect(requests).to.have.length(1);
  });
});
