import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const script = fileURLToPath(new URL('plain-tfjs.mjs', import.meta.url));

/** Predicts with a saved model in another process that has only plain TensorFlow.js. */
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
