import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const script = fileURLToPath(new URL('plain-tfjs.mjs', import.meta.url));

/** What a saved model says in another process that has nothing but plain TensorFlow.js. */
export async function predictInPlainTfjs(
  folder: string,
  shape: readonly number[],
  values: readonly number[],
): Promise<{ shape: number[]; values: number[] }> {
  const { stdout } = await execa('node', [script], {
    input: JSON.stringify({ folder, shape, values }),
    env: { NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout.slice(stdout.indexOf('{"shape"')));
}
