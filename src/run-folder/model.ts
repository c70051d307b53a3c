import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { writeAtomic } from '../common/files.ts';
import type { DataConfig } from '../experiment/experiment.ts';

const WEIGHTS = 'weights.bin';

/** What someone who uses the model must know besides. */
export interface ModelUse {
  readonly classNames: readonly string[];
  /** What is done to pixels before the model sees them; kept in model.json as user-defined metadata. */
  readonly preprocess: DataConfig['preprocess'];
}

/**
 * Writes a model as `tf.loadLayersModel` of plain TensorFlow.js reads it, in Node and in browsers:
 * model.json and weights.bin, and labels.json with the class names in the order of the outputs.
 * model.json comes last, so that a folder with it is whole.
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  { classNames, preprocess }: ModelUse,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeAtomic(join(folder, 'labels.json'), toJson(classNames));
  await model.save({
    save: async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const weights = tf.io.CompositeArrayBuffer.join(weightData);
      await writeAtomic(join(folder, WEIGHTS), new Uint8Array(weights));
      const manifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
      const userDefinedMetadata = { preprocess };
      await writeAtomic(
        join(folder, 'model.json'),
        toJson({ ...rest, userDefinedMetadata, weightsManifest: manifest }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
