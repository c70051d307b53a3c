import type { Images } from '../../data/dataset.ts';
import type { OtherEngine } from '../verify.ts';
import { INPUT_NAME, OUTPUT_NAME } from './onnx.ts';

/** Images in one run. */
const BATCH_SIZE = 16;

/**
 * Loads an ONNX model with onnxruntime, which people install if they want it: it has 290 MB.
 * @returns `null` if it is not installed.
 */
export async function openOnnxRuntime(path: string): Promise<OtherEngine | null> {
  const runtime = await import('onnxruntime-node').catch(() => null);
  if (!runtime) return null;
  const { InferenceSession, Tensor, env } = runtime;
  const session = await InferenceSession.create(path);
  return {
    name: `onnxruntime ${env.versions.node ?? ''}`.trim(),
    async predict({ height, width, channels, labels, pixels }: Images) {
      const rows: Float32Array[] = [];
      for (let from = 0; from < labels.length; from += BATCH_SIZE) {
        const count = Math.min(BATCH_SIZE, labels.length - from);
        const bytes = await pixels.read(Array.from({ length: count }, (_, i) => from + i));
        const input = new Tensor('uint8', bytes, [count, height, width, channels]);
        const outputs = await session.run({ [INPUT_NAME]: input });
        rows.push(outputs[OUTPUT_NAME]?.data as Float32Array);
      }
      return Float32Array.from(rows.flatMap((row) => [...row]));
    },
  };
}
