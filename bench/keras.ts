import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Case } from './cases.ts';
import type { Runner } from './own.ts';

const venv = fileURLToPath(new URL('.venv', import.meta.url));

/** A Python with Keras 3 on the same TensorFlow: `BENCH_PYTHON`, else a venv beside this file. */
export async function python(): Promise<string> {
  const { BENCH_PYTHON } = process.env;
  if (BENCH_PYTHON) return BENCH_PYTHON;
  if (!existsSync(venv)) {
    await execa('python3', ['-m', 'venv', venv]);
    await execa(`${venv}/bin/pip`, ['install', '--quiet', 'tensorflow-cpu==2.21.0', 'keras']);
  }
  return `${venv}/bin/python`;
}

export async function kerasRunner({ name, batchSize }: Case): Promise<Runner> {
  const script = fileURLToPath(new URL('keras_step.py', import.meta.url));
  const peer = execa(await python(), [script, name, `${batchSize}`], {
    stderr: 'inherit',
    buffer: false,
  });
  peer.catch(() => {});
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  return {
    name: 'keras',
    async run(steps) {
      peer.stdin.write(`${steps}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('Keras ended before it was measured');
      return Number(value);
    },
    dispose: () => void peer.stdin.end(),
  };
}
