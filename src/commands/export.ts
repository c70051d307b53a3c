import { cp, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, extname, sep } from 'node:path';
import { InputError } from '../common/errors.ts';
import { globMatcher } from '../common/glob.ts';
import { openWeights } from '../model/weights/open.ts';
import { writeSafetensors } from '../model/weights/safetensors.ts';
import { modelOfRun } from '../runs/find.ts';

/** The extension of a file of weights. */
const WEIGHTS = '.safetensors';

export interface ExportOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** Glob of layers to export, e.g. `block*`. */
  readonly layers?: string;
  /** Replaces a file, or the files of a model in a folder. */
  readonly force?: boolean;
}

/**
 * `cifar-run export RUN TARGET`: exports the weights to a .safetensors file, or the tfjs model to a folder.
 * @throws InputError if the target exists, or its extension is not known.
 */
export async function exportCommand(
  run: string,
  target: string,
  options: ExportOptions,
): Promise<void> {
  const isFile = target.endsWith(WEIGHTS);
  if (!isFile) requireFolderName(target, options);
  const model = await modelOfRun(run, options.runs);
  await requireFree(target, isFile, options);
  await mkdir(dirname(target), { recursive: true });
  if (isFile) await exportWeights(model, target, options);
  else await cp(dirname(model), target, { recursive: true });
  process.stdout.write(`${target}\n`);
}

/** An empty folder is free. @throws InputError */
async function requireFree(
  target: string,
  isFile: boolean,
  { force }: ExportOptions,
): Promise<void> {
  const found = await stat(target.replace(/\/+$/, '')).catch(() => null);
  if (!found) return;
  if (found.isDirectory() === isFile) {
    throw new InputError(`${target} is a ${isFile ? 'folder' : 'file'}; choose another target`);
  }
  if (force || (found.isDirectory() && (await readdir(target)).length === 0)) return;
  throw new InputError(`${target} exists already; --force replaces it`);
}

/** @throws InputError for the name of a file: `model.h5`. A version may end with a dot and digits: `model-1.2`. */
function requireFolderName(target: string, { layers }: ExportOptions): void {
  if (layers)
    throw new InputError(`--layers needs a ${WEIGHTS} file as target. Received: ${target}`);
  if (/^\.\d*$|^$/.test(extname(target)) || target.endsWith('/') || target.endsWith(sep)) return;
  throw new InputError(
    `the target must be a ${WEIGHTS} file for the weights, or a folder for a TensorFlow.js model: a name without extension, or with / at its end. Received: ${target}`,
  );
}

async function exportWeights(
  model: string,
  target: string,
  { layers }: ExportOptions,
): Promise<void> {
  const file = await openWeights(model);
  const matches = layers ? globMatcher(layers) : () => true;
  const chosen = file.entries.filter((entry) => matches(entry.layer));
  if (chosen.length === 0) {
    const names = [...new Set(file.entries.map((entry) => entry.layer))];
    throw new InputError(
      `--layers ${layers} matches no layer with weights; layers with weights: ${names.join(', ')}`,
    );
  }
  const tensors = [];
  for (const { layer, name, shape, read } of chosen) {
    tensors.push({ layer, name: name ?? '', shape, data: await read() });
  }
  await file.close();
  await writeSafetensors(target, tensors);
}
