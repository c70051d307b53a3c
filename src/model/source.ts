import { stat } from 'node:fs/promises';
import { InputError } from '../common/errors.ts';
import type { BackboneConfig } from '../experiment/experiment.ts';
import type { Graph } from './graph.ts';
import { graphFromKerasConfig } from './graph-from-keras.ts';

/** The model that a backbone is taken from. */
export interface ModelSource {
  /** Its file: `model.json`, `.keras` or `.h5`. */
  readonly path: string;
  readonly graph: Graph;
}

/**
 * Finds the `model.json` of a finished run by the name that a user gives it, e.g. `quickstart/latest`.
 * @throws InputError when there is no such run, or it has not finished.
 */
export type FindRunModel = (run: string) => Promise<string>;

/**
 * Reads the network of the file or the run that a backbone names; `null` for other backbones.
 * @throws InputError when there is no such model, or its network is not supported.
 */
export async function readSource(
  { from }: BackboneConfig,
  findRunModel: FindRunModel,
): Promise<ModelSource | null> {
  if (from.kind !== 'model' && from.kind !== 'run') return null;
  const path = from.kind === 'model' ? from.path : await findRunModel(from.run);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new InputError(`there is no model ${path}`);
  // The readers load TensorFlow.js, which other backbones do without.
  const { readArchitecture } = await import('./weights/load.ts');
  try {
    return { path, graph: graphFromKerasConfig(await readArchitecture(path)) };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${path}: ${error.message}`);
    throw error;
  }
}
