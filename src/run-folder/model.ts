import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { writeAtomic } from '../common/files.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import { JsonFile, readText } from './run-file.ts';

/*
 * The folder model/ of a finished run, as `tf.loadLayersModel` of plain TensorFlow.js reads it, in Node and in browsers:
 * model.json and weights.bin; labels.json with the class names in the order of the outputs; preprocessing.json, which
 * model.json contains too.
 */

const FOLDER = 'model';
const WEIGHTS = 'weights.bin';
const LABELS = 'labels.json';

/** Path of the model.json of a run. */
export function modelPath(folder: string): string {
  return join(folder, FOLDER, 'model.json');
}

/** Reads the class names of a run's model; `null` if it has no model yet. */
export async function readClassNames(folder: string): Promise<readonly string[] | null> {
  const text = await readText(join(folder, FOLDER, LABELS));
  return text === null ? null : JSON.parse(text);
}

const PREPROCESSING = new JsonFile<Preprocessing>('preprocessing.json', {
  version: 1,
  keys: ['labels', 'imageShape', 'inputShape', 'resize', 'normalize', 'tta'],
});

/** Writes the description of a model's input into the folder of the model. */
export function writePreprocessing(folder: string, preprocessing: Preprocessing): Promise<void> {
  return PREPROCESSING.write(folder, preprocessing);
}

/** Reads preprocessing.json in the folder of a model; `null` if there is none. @throws UnreadableFileError */
export function readPreprocessing(folder: string): Promise<Preprocessing | null> {
  return PREPROCESSING.read(folder);
}

/** Writes a run's model. model.json comes last, so that a folder with that file is complete. */
export async function saveModel(
  folder: string,
  model: tf.LayersModel,
  preprocessing: Preprocessing,
): Promise<void> {
  const path = join(folder, FOLDER);
  await mkdir(path, { recursive: true });
  await writeAtomic(join(path, LABELS), toJson(preprocessing.labels));
  await writePreprocessing(path, preprocessing);
  await model.save({
    save: async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      // Not by tfjs' CompositeArrayBuffer: commands that only look for models must not load TensorFlow.js.
      const weights = [weightData ?? []].flat().map((buffer) => new Uint8Array(buffer));
      await writeAtomic(join(path, WEIGHTS), Buffer.concat(weights));
      const content = {
        ...rest,
        userDefinedMetadata: { preprocessing },
        weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }],
      };
      await writeAtomic(modelPath(folder), toJson(content));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
