import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const signals = JSON.stringify(
  fileURLToPath(new URL('../../src/common/signals.ts', import.meta.url)),
);

/** Computes for minutes in another thread, as a large step does, and still receives signals. */
const SCRIPT = `
  import { pbkdf2 } from 'node:crypto';
  import { interruptSignal } from ${signals};
  interruptSignal();
  process.on('exit', () => console.log('other listeners run'));
  pbkdf2('password', 'salt', 1_000_000_000, 64, 'sha512', () => console.log('done'));
  console.log('working');`;

describe('an interruption during a step that takes minutes', function (this: Mocha.Suite) {
  this.timeout(300_000);

  let end = () => {};
  afterEach(() => end());

  async function work() {
    const args = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT];
    // By default execa sends SIGKILL five seconds after SIGTERM.
    const options = { reject: false, forceKillAfterDelay: false } as const;
    const program = execa(process.execPath, args, options);
    end = () => void program.kill('SIGKILL');
    await once(program.stdout, 'data');
    return { program };
  }

  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`exits immediately at the second ${signal}`, async () => {
      const { program } = await work();
      program.kill(signal);
      await once(program.stderr, 'data');
      program.kill(signal);
      const { exitCode, stdout } = await program;
      expect(exitCode).to.equal(codes[signal]);
      expect(stdout).to.equal('working\nother listeners run');
    });

  it('exits eight seconds after the first', async () => {
    const { program } = await work();
    const begin = performance.now();
    program.kill('SIGTERM');
    expect((await program).exitCode).to.equal(143);
    // A busy machine needs more time, but less than the work takes.
    expect(performance.now() - begin).to.be.within(7_500, 60_000);
  });
});
