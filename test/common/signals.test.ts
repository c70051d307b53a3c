import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const signals = JSON.stringify(
  fileURLToPath(new URL('../../src/common/signals.ts', import.meta.url)),
);

/** Works for minutes in a thread, as a large step does, and goes on listening. */
const SCRIPT = `
  import { pbkdf2 } from 'node:crypto';
  import { interruption } from ${signals};
  interruption();
  process.on('exit', () => console.log('others who listen are told'));
  pbkdf2('password', 'salt', 1_000_000_000, 64, 'sha512', () => console.log('done'));
  console.log('working');`;

describe('an interruption in a step that takes minutes', function (this: Mocha.Suite) {
  this.timeout(300_000);

  let end = () => {};
  afterEach(() => end());

  async function work() {
    const args = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT];
    // Without it execa sends SIGKILL five seconds after SIGTERM.
    const options = { reject: false, forceKillAfterDelay: false } as const;
    const program = execa(process.execPath, args, options);
    end = () => void program.kill('SIGKILL');
    await once(program.stdout, 'data');
    return { program };
  }

  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`ends the program at once at the second ${signal}`, async () => {
      const { program } = await work();
      program.kill(signal);
      await once(program.stderr, 'data');
      program.kill(signal);
      const { exitCode, stdout } = await program;
      expect(exitCode).to.equal(codes[signal]);
      expect(stdout).to.equal('working\nothers who listen are told');
    });

  it('ends it eight seconds after the first', async () => {
    const { program } = await work();
    const begin = performance.now();
    program.kill('SIGTERM');
    expect((await program).exitCode).to.equal(143);
    // Later on a machine that is busy, but not when the work is done.
    expect(performance.now() - begin).to.be.within(7_500, 60_000);
  });
});
