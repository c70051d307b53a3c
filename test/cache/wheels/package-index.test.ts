import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { downloadWheel } from '../../../src/cache/wheels/package-index.ts';

const content = Buffer.from('the content of a wheel');
const sha256 = createHash('sha256').update(content).digest('hex');
const wheel = {
  requirement: 'tensor-flow==2.21.0',
  platform: 'win_amd64',
  sha256,
  bytes: content.length,
};
const FILE = 'tensor_flow-2.21.0-cp312-cp312-win_amd64.whl';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, server };
}

type Served = Awaited<ReturnType<typeof serve>>;

/** Answers with this list of files, as JSON if it is not text, and with the content of each file. */
function anIndex(list: string | object): Answer {
  return ({ url }, response) => {
    if (url === '/simple/tensor-flow/') {
      const type = typeof list === 'string' ? 'text/html' : 'application/vnd.pypi.simple.v1+json';
      response.setHeader('content-type', type);
      response.end(typeof list === 'string' ? list : JSON.stringify(list));
    } else if (url?.startsWith('/files/')) {
      response.setHeader('etag', '"1"');
      response.end(content);
    } else response.writeHead(404).end();
  };
}

const JSON_LIST = {
  files: [
    { filename: FILE.replace('win', 'other'), url: '/files/a.whl', hashes: { sha256: 'f' } },
    { filename: FILE, url: `/files/${FILE}`, hashes: { sha256 } },
  ],
};

describe('downloading a wheel without pip', () => {
  let folder: string;
  let before: NodeJS.ProcessEnv;
  const started: Served[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-index-'));
    before = { ...process.env };
    for (const name of Object.keys(process.env))
      if (/proxy$|^pip_/i.test(name)) delete process.env[name];
    process.env.PIP_CONFIG_FILE = '/dev/null';
  });
  afterEach(async () => {
    process.env = before;
    for (const { server } of started.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true });
  });

  async function start(answer: Answer): Promise<Served> {
    const served = await serve(answer);
    started.push(served);
    return served;
  }

  function get(change: object = {}): Promise<string> {
    const { signal } = new AbortController();
    const report = () => {};
    return downloadWheel({
      wheel: { ...wheel, ...change },
      to: folder,
      signal,
      report,
      onProgress: report,
    });
  }

  async function expectDownload(): Promise<void> {
    const path = await get();
    expect(path).to.equal(join(folder, FILE));
    expect(await readFile(path)).to.deep.equal(content);
  }

  const htmlLists: [string, string][] = [
    ['with hashes', `<a href="../../files/${FILE}#sha256=${sha256}">a</a>`],
    [
      'without hashes',
      ['-cp311-cp311-win_amd64.whl', '-cp312-cp312-win_arm64.whl', '-cp312-cp312-win_amd64.whl']
        .map((end) => `<a data-x="1 &amp; 2" href='/files/tensor_flow-2.21.0${end}'>a</a><br>`)
        .join('\n'),
    ],
  ];
  for (const [name, list] of htmlLists) {
    it(`reads an index in HTML ${name}`, async () => {
      process.env.PIP_INDEX_URL = `${(await start(anIndex(list))).url}/simple/`;
      await expectDownload();
    });
  }

  it('reads an index in JSON, and asks a second one if the first lacks the file', async () => {
    const lacking = await start(anIndex({ files: [] }));
    const missing = await start((_, response) => response.writeHead(404).end());
    const { url } = await start(anIndex(JSON_LIST));
    process.env.PIP_INDEX_URL = `${lacking.url}/simple`;
    process.env.PIP_EXTRA_INDEX_URL = `${missing.url}/simple ${url}/simple`;
    await expectDownload();
  });

  it('signs in to the index only, and shows no password', async () => {
    const files = await start(anIndex(''));
    const listed = { files: [{ ...JSON_LIST.files[1], url: `${files.url}/files/${FILE}` }] };
    const index = await start((request, response) => {
      if (request.headers.authorization) anIndex(listed)(request, response);
      else response.writeHead(401).end();
    });
    process.env.PIP_INDEX_URL = `${index.url.replace('//', '//me:s%40cret@')}/simple`;
    await expectDownload();
    const { authorization } = index.requests[0]?.headers ?? {};
    expect(authorization).to.equal(`Basic ${Buffer.from('me:s@cret').toString('base64')}`);
    expect(files.requests[0]?.headers.authorization).to.equal(undefined);

    const error = await get({ sha256: '0' }).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes(index.url);
    expect((error as Error).message)
      .not.to.include('s%40cret')
      .and.not.to.include('s@cret');
  });

  it('names every index, and what it answered', async () => {
    const { url } = await start(anIndex(JSON_LIST));
    process.env.PIP_INDEX_URL = `${url}/simple`;
    const closed = await start(() => {});
    await new Promise((resolve) => closed.server.close(resolve));
    process.env.PIP_EXTRA_INDEX_URL = `${url}/other ${closed.url}/simple`;
    const error = await get({ sha256: '0' }).catch((reason: Error) => reason);
    expect(error).to.have.property('name', 'RunError');
    expect((error as Error).message).to.match(
      /^no package index has tensor-flow==2\.21\.0 for win_amd64 with the SHA-256 0: .*\/simple does not have this file; .*\/other answered 404 Not Found; .*\/simple cannot be read \(connect ECONNREFUSED.*\)\. PIP_INDEX_URL or /,
    );
  });

  it('rejects a file with another content', async () => {
    const other = { files: [{ ...JSON_LIST.files[1], url: '/files/other', hashes: {} }] };
    process.env.PIP_INDEX_URL = `${(await start(anIndex(other))).url}/simple`;
    const error = await get({ sha256: '0'.repeat(64) }).catch((reason: Error) => reason);
    expect((error as Error).message).to.match(/has the hash sha256:.*, and should have sha256:0+/);
    expect(await readdir(folder)).to.not.include(FILE);
  });

  describe('with a proxy', () => {
    let index: Served;
    let proxy: Served;
    beforeEach(async () => {
      index = await start(anIndex(JSON_LIST));
      proxy = await start(({ url = '', headers }, response) => {
        forward(url, { headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        }).end();
      });
      process.env.PIP_INDEX_URL = `${index.url}/simple`;
    });

    for (const variable of ['HTTP_PROXY', 'http_proxy', 'all_proxy', 'PIP_PROXY']) {
      it(`uses that of ${variable}`, async () => {
        process.env[variable] = proxy.url.replace('//', '//me:secret@');
        await expectDownload();
        expect(proxy.requests.map(({ url }) => url)).to.deep.equal([
          `${index.url}/simple/tensor-flow/`,
          `${index.url}/files/${FILE}`,
        ]);
        const { 'proxy-authorization': pair } = proxy.requests[0]?.headers ?? {};
        expect(pair).to.equal(`Basic ${Buffer.from('me:secret').toString('base64')}`);
      });
    }

    it('does not use it for hosts in NO_PROXY', async () => {
      process.env.HTTP_PROXY = proxy.url;
      process.env.NO_PROXY = 'localhost,127.0.0.1';
      await expectDownload();
      expect(proxy.requests).to.have.length(0);
    });

    it('tunnels HTTPS through it', async () => {
      const tunnels: string[] = [];
      proxy.server.on('connect', ({ url = '' }, socket) => {
        tunnels.push(url);
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
      process.env.HTTPS_PROXY = proxy.url;
      process.env.PIP_INDEX_URL = 'https://index.invalid/simple';
      const error = await get().catch((reason: Error) => reason);
      expect(tunnels).to.deep.equal(['index.invalid:443']);
      expect((error as Error).message).to.match(/cannot be read \(.*403/);
    });
  });
});
