import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { cifarRun, startProgram } from '../program.ts';

describe('ui', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-ui-'));
  after(() => rmSync(folder, { recursive: true }));

  it('prints the address of its page, also without runs, and stops at once', async () => {
    const { program, lines, until } = startProgram(['ui', '--port', '0'], { cwd: folder });
    await until(/./);
    const [, url = ''] =
      /^(http:\/\/127\.0\.0\.1:\d+\/) {2}0 runs in runs; Ctrl-C stops it$/.exec(lines.join('\n')) ??
      [];
    const page = await fetch(url);
    expect(await page.text()).to.contain('<div id="app">');
    const began = Date.now();
    program.kill('SIGINT');
    expect((await program).signal).to.equal('SIGINT');
    expect(Date.now() - began).to.be.below(2_000);
  });

  it('refuses an invalid port and a port in use', async () => {
    const wrong = await cifarRun(['ui', '--port', '99999'], folder);
    expect(wrong).to.include({
      exitCode: 2,
      stderr: '--port takes a number from 0 to 65535. Received: 99999',
    });
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const taken = await cifarRun(['ui', '--port', String(port)], folder);
    other.close();
    expect(taken.exitCode).to.equal(1);
    expect(taken.stderr).to.match(
      /^port \d+ of 127\.0\.0\.1 is in use by another program; choose another one with --port/,
    );
  });
});
