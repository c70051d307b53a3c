import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serveUi, type UiServer } from '../../src/ui/server/serve.ts';
import { makeRun } from './made-runs.ts';

const host = '127.0.0.1';

describe('the server of the page', () => {
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

  /** What is said to a request for a path as it stands, which `fetch` would tidy up. */
  function ask(path: string, { method = 'GET', headers = {} } = {}) {
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

  it('serves files of runs, and those that a browser has only once', async () => {
    const { status, text, headers } = await ask(`/files/${run}/status.json`);
    expect([status, JSON.parse(text).state]).to.deep.equal([200, 'finished']);
    expect(headers['content-type']).to.equal('application/json');
    const again = await ask(`/files/${run}/status.json`, {
      headers: { 'If-None-Match': headers.etag },
    });
    expect([again.status, again.text]).to.deep.equal([304, '']);
    expect((await ask(`/files/${run}/same.json`)).status).to.equal(200);
    const head = await ask(`/files/${run}/status.json`, { method: 'HEAD' });
    expect([head.status, head.text]).to.deep.equal([200, '']);
  });

  it('serves nothing that lies outside of the folder of runs', async () => {
    const ways = [
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
    for (const path of ways) {
      const { status, text } = await ask(path);
      expect(status, path).to.be.within(400, 404);
      expect(text, path).to.not.contain('secret\n').and.not.equal('secret');
    }
    for (const name of [linked, '../secret.txt', `../runs/${run}`, 'out']) {
      const { status, text } = await ask(`/api/run?run=${encodeURIComponent(name)}`);
      expect(status, name).to.be.within(400, 404);
      expect(text, name).to.not.contain('"secret"');
    }
  });

  it('answers no other host, no page of another site, and nothing but questions', async () => {
    const { port } = new URL(server.url);
    const statuses = async (headers: Record<string, string>) =>
      Promise.all(
        ['/', '/api/runs', `/files/${run}/status.json`, '/api/events'].map(
          async (path) => (await ask(path, { headers })).status,
        ),
      );
    const refused = [403, 403, 403, 403];
    expect(await statuses({ Host: `example.com:${port}` })).to.deep.equal(refused);
    expect(await statuses({ Origin: 'http://example.com' })).to.deep.equal(refused);
    expect(await statuses({ Origin: 'null' })).to.deep.equal(refused);
    expect(await statuses({ Origin: `https://${host}:${port}` })).to.deep.equal(refused);
    expect(await statuses({ Origin: `http://${host}:1` })).to.deep.equal(refused);
    expect(await statuses({ 'Sec-Fetch-Site': 'cross-site' })).to.deep.equal(refused);
    const own = { Origin: `http://${host}:${port}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await ask('/api/runs', { headers: own })).status).to.equal(200);
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await ask('/', { headers: link })).status).to.equal(200);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await ask('/api/runs', { method })).status, method).to.equal(405);
  });

  it('allows its page no script but its own, and files of runs none at all', async () => {
    for (const path of ['/', '/run/x', '/api/runs', '/api/none', '/assets/main.js']) {
      const { headers } = await ask(path);
      const policy = String(headers['content-security-policy']);
      expect(policy, path).to.match(/default-src 'none'.*script-src 'self'/);
      expect(policy, path).to.not.match(/unsafe|\*|https?:/);
      expect(headers['x-content-type-options'], path).to.equal('nosniff');
      expect(headers['x-frame-options'], path).to.equal('DENY');
      expect(headers['cross-origin-resource-policy'], path).to.equal('same-origin');
      expect(headers['access-control-allow-origin'], path).to.equal(undefined);
    }
    const { headers } = await ask(`/files/${run}/page.html`);
    expect(headers['content-security-policy']).to.equal("default-src 'none'; sandbox");
  });

  it('says what is wrong with a question', async () => {
    const said = async (path: string) => {
      const { status, text } = await ask(path);
      return [status, JSON.parse(text).error];
    };
    expect(await said('/api/runs?filter=seed+%3E')).to.deep.equal([
      400,
      'the filter needs a number or a text at character 7. Received: the end, in seed >',
    ]);
    expect(await said('/api/run?run=none')).to.deep.equal([404, 'there is no run none']);
    expect(await said('/api/sweep?name=made')).to.deep.equal([404, 'there is no sweep made']);
    expect(await said(`/api/images?run=${run}`)).to.deep.equal([
      400,
      'this run keeps no images: it was done before runs kept some, or has not ended',
    ]);
    expect(await said('/api/diff?run=none')).to.deep.equal([404, 'there is no run none']);
    expect(await said('/api/compare')).to.deep.equal([400, 'which run? Received none']);
    expect(await said('/nothing')).to.deep.equal([404, 'there is nothing at /nothing']);
  });

  it('says that a port is taken', async () => {
    const other = createServer().listen(0, host);
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const error = await serveUi({ runs, host, port }).catch((error: Error) => error);
    other.close();
    expect((error as Error).message).to.equal(
      `port ${port} of ${host} is taken by another program; --port takes another one, 0 any that is free`,
    );
  });
});
