import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serveUi, type UiServer } from '../../../src/ui/server/serve.ts';
import { makeRun } from '../made-runs.ts';

const host = '127.0.0.1';

describe('serveUi', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-ui-'));
  const runs = join(folder, 'runs');
  let server: UiServer;
  let run: string;
  let linked: string;

  before(async () => {
    run = makeRun(runs, 1);
    linked = makeRun(runs, 2);
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    mkdirSync(join(folder, 'runs-of-others'));
    writeFileSync(join(folder, 'runs-of-others', 'secret.txt'), 'secret');
    symlinkSync(join(folder, 'secret.txt'), join(runs, linked, 'experiment.yaml'));
    symlinkSync(folder, join(runs, 'out'));
    symlinkSync('status.json', join(runs, run, 'same.json'));
    writeFileSync(join(runs, run, 'page.html'), '<script>alert(1)</script>');
    server = await serveUi({ runs, host, port: 0 });
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  /** Requests a path as it stands; `fetch` would normalize it. */
  function get(path: string, { method = 'GET', headers = {} } = {}) {
    const { port } = new URL(server.url);
    return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
      (resolve, reject) => {
        const sent = request({ host, port, path, method, headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
        });
        sent.on('error', reject).end();
      },
    );
  }

  it('serves files of runs, and status 304 for an up-to-date copy', async () => {
    const { status, text, headers } = await get(`/files/${run}/status.json`);
    expect([status, JSON.parse(text).state]).to.deep.equal([200, 'finished']);
    expect(headers['content-type']).to.equal('application/json');
    const again = await get(`/files/${run}/status.json`, {
      headers: { 'If-None-Match': headers.etag },
    });
    expect([again.status, again.text]).to.deep.equal([304, '']);
    expect((await get(`/files/${run}/same.json`)).status).to.equal(200);
    const head = await get(`/files/${run}/status.json`, { method: 'HEAD' });
    expect([head.status, head.text]).to.deep.equal([200, '']);
  });

  it('serves no file outside the folder of runs', async () => {
    const paths = [
      '/files/../secret.txt',
      '/files/%2e%2e/secret.txt',
      '/files/..%2fsecret.txt',
      '/files/%252e%252e/secret.txt',
      '/files/..%5csecret.txt',
      `/files/${run}/../../../secret.txt`,
      `/files/${run}/..%2f..%2f..%2fsecret.txt`,
      `/files//${join(folder, 'secret.txt')}`,
      `/files/${encodeURIComponent(join(folder, 'secret.txt'))}`,
      '/files/../runs-of-others/secret.txt',
      '/files/out/secret.txt',
      `/files/${linked}/experiment.yaml`,
      `/files/${run}/status.json%00.png`,
      `/files/${run}`,
      '/files/',
      '/files/%ff',
      '/assets/../../cli.js',
      '/assets/..%2f..%2fcli.js',
      '/../secret.txt',
    ];
    for (const path of paths) {
      const { status, text } = await get(path);
      expect(status, path).to.be.within(400, 404);
      expect(text, path).to.not.contain('secret\n').and.not.equal('secret');
    }
    for (const name of [linked, '../secret.txt', `../runs/${run}`, 'out']) {
      const { status, text } = await get(`/api/run?run=${encodeURIComponent(name)}`);
      expect(status, name).to.be.within(400, 404);
      expect(text, name).to.not.contain('"secret"');
    }
  });

  it('rejects other hosts, pages of other sites, and methods other than GET and HEAD', async () => {
    const { port } = new URL(server.url);
    const statuses = async (headers: Record<string, string>) =>
      Promise.all(
        ['/', '/api/runs', `/files/${run}/status.json`, '/api/events'].map(
          async (path) => (await get(path, { headers })).status,
        ),
      );
    const rejected = [403, 403, 403, 403];
    expect(await statuses({ Host: `example.com:${port}` })).to.deep.equal(rejected);
    expect(await statuses({ Origin: 'http://example.com' })).to.deep.equal(rejected);
    expect(await statuses({ Origin: 'null' })).to.deep.equal(rejected);
    expect(await statuses({ Origin: `https://${host}:${port}` })).to.deep.equal(rejected);
    expect(await statuses({ Origin: `http://${host}:1` })).to.deep.equal(rejected);
    expect(await statuses({ 'Sec-Fetch-Site': 'cross-site' })).to.deep.equal(rejected);
    const own = { Origin: `http://${host}:${port}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await get('/api/runs', { headers: own })).status).to.equal(200);
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await get('/', { headers: link })).status).to.equal(200);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await get('/api/runs', { method })).status, method).to.equal(405);
  });

  it('allows the page only its own scripts, and files of runs no script', async () => {
    for (const path of ['/', '/run/x', '/api/runs', '/api/none', '/assets/main.js']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).to.match(/default-src 'none'.*script-src 'self'/);
      expect(policy, path).to.not.match(/unsafe|\*|https?:/);
      expect(headers['x-content-type-options'], path).to.equal('nosniff');
      expect(headers['x-frame-options'], path).to.equal('DENY');
      expect(headers['cross-origin-resource-policy'], path).to.equal('same-origin');
      expect(headers['access-control-allow-origin'], path).to.equal(undefined);
    }
    const { headers } = await get(`/files/${run}/page.html`);
    expect(headers['content-security-policy']).to.equal("default-src 'none'; sandbox");
  });

  it('responds to a wrong request with a message', async () => {
    const errorOf = async (path: string) => {
      const { status, text } = await get(path);
      return [status, JSON.parse(text).error];
    };
    expect(await errorOf('/api/runs?filter=seed+%3E')).to.deep.equal([
      400,
      'the filter needs a number or a text at character 7. Received: the end, in seed >',
    ]);
    expect(await errorOf('/api/run?run=none')).to.deep.equal([404, 'there is no run none']);
    expect(await errorOf('/api/sweep?name=made')).to.deep.equal([404, 'there is no sweep made']);
    expect(await errorOf(`/api/images?run=${run}`)).to.deep.equal([
      400,
      'this run has no saved images: it has not finished, or an old version of cifar-run trained it',
    ]);
    expect(await errorOf('/api/diff?run=none')).to.deep.equal([404, 'there is no run none']);
    expect(await errorOf('/api/compare')).to.deep.equal([
      400,
      'at least one run is needed: ?run=…. Received: 0',
    ]);
    expect(await errorOf('/nothing')).to.deep.equal([404, 'there is nothing at /nothing']);
  });

  it('throws an error if the port is in use', async () => {
    const other = createServer().listen(0, host);
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const error = await serveUi({ runs, host, port }).catch((error: Error) => error);
    other.close();
    expect((error as Error).message).to.equal(
      `port ${port} of ${host} is in use by another program; choose another one with --port, or 0 for any free port`,
    );
  });
});
