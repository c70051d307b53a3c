import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../common/errors.ts';
import { requireAllowed } from '../common/sandbox.ts';
import type { Preprocessing } from '../data/preprocessing.ts';
import { detectPrecisionSupport } from '../engine/hardware.ts';
import type { Precision } from '../experiment/experiment.ts';
import type { Graph } from '../model/graph.ts';
import { readModelFile } from '../model/source.ts';
import { precisionProblems } from '../plan/precision.ts';
import { readResolved } from '../run-folder/experiment-files.ts';
import { readPreprocessing } from '../run-folder/model.ts';
import { runName } from '../run-folder/run-folder.ts';
import { modelOfRun } from '../runs/find.ts';
import { readRunPreprocessing } from '../runs/preprocessing.ts';

/** A trained model on disk, with everything that a prediction needs. */
export interface SavedModel {
  /** The name of the run, or the folder of an exported model. */
  readonly name: string;
  /** Path of its model.json. */
  readonly path: string;
  readonly graph: Graph;
  readonly preprocessing: Preprocessing;
  /** The precision of the run's evaluation, if this machine has it; else float32. */
  readonly precision: Precision;
}

/**
 * Finds a model by the name of its run, or by the folder or the model.json of an exported model.
 * @param runs folder of all runs.
 * @throws InputError if there is none.
 */
export async function findModel(reference: string, runs: string): Promise<SavedModel> {
  const exported = await exportedModel(reference);
  const path = exported ?? (await modelOfRun(reference, runs));
  requireAllowed(path);
  const folder = dirname(path);
  const run = dirname(folder);
  const preprocessing = exported
    ? await readExportedPreprocessing(folder)
    : await readRunPreprocessing(run);
  return {
    name: exported ? basename(folder) : runName(resolve(run)),
    path,
    graph: (await readModelFile(path)).graph,
    preprocessing,
    precision: exported ? 'float32' : await inferencePrecision(run),
  };
}

/** Builds the model on the engine, with its weights. */
export async function loadSavedModel({ graph, path }: SavedModel): Promise<tf.LayersModel> {
  const { buildModel } = await import('../model/build.ts');
  const { loadRunWeights } = await import('../model/weights/load.ts');
  const model = buildModel(graph, 0);
  await loadRunWeights(model, path);
  return model;
}

/** The path of the model.json of an exported model; `null` for other references. */
async function exportedModel(reference: string): Promise<string | null> {
  if (reference === '') return null;
  const path = basename(reference) === 'model.json' ? reference : join(reference, 'model.json');
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? resolve(path) : null;
}

async function readExportedPreprocessing(folder: string): Promise<Preprocessing> {
  const preprocessing = await readPreprocessing(folder);
  if (preprocessing) return preprocessing;
  throw new InputError(
    `${folder} has no preprocessing.json, so that it is unknown how the model takes images; cifar-run export writes one`,
  );
}

async function inferencePrecision(run: string): Promise<Precision> {
  const written = (await readResolved(run))?.precision ?? 'float32';
  const inference = typeof written === 'string' ? written : (written.inference ?? 'float32');
  if (inference === 'float32' || inference === 'auto') return 'float32';
  const support = await detectPrecisionSupport('auto');
  const isSupported = precisionProblems({ training: 'float32', inference }, support).length === 0;
  return isSupported ? inference : 'float32';
}
