import { cp, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { InputError } from '../common/errors.ts';
import { remove, writeAtomic } from '../common/files.ts';
import { countOf, megabytes } from '../common/format.ts';
import { globMatcher } from '../common/glob.ts';
import { chooseCompiler } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import { writeCard } from '../export/card.ts';
import { openOnnxRuntime } from '../export/onnx/runtime.ts';
import { openPlainTfjs } from '../export/tfjs.ts';
import { readValidationImages } from '../export/validation-images.ts';
import { type Verification, verify } from '../export/verify.ts';
import { openWeights } from '../model/weights/open.ts';
import { writeSafetensors } from '../model/weights/safetensors.ts';
import { findModel, type SavedModel } from '../predict/model.ts';
import { writePreprocessing } from '../run-folder/model.ts';
import { modelOfRun } from '../runs/find.ts';
import { EXPORT_FORMATS, type ExportFormat, exportFormats } from './options.ts';

export interface ExportOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** Absent: that of the target's extension. */
  readonly format?: ExportFormat;
  /** Glob of layers to export, e.g. `block*`. */
  readonly layers?: string;
  /** Replaces a file, or the files of a model in a folder. */
  readonly force?: boolean;
  /** Runs the exported model in another engine, and compares its predictions. */
  readonly verify: boolean;
  readonly verbose?: boolean;
  readonly signal: AbortSignal;
}

/**
 * `cifar-run export RUN TARGET`: exports the weights to a .safetensors file, or the model to a folder (tfjs) or an .onnx
 * file. A model is loaded by another engine and compared on validation images of the run.
 * @throws InputError if the target exists, or its extension is not known; RunError if the other engine predicts other
 *   classes. The target is then as it was.
 */
export async function exportCommand(
  run: string,
  target: string,
  options: ExportOptions,
): Promise<void> {
  const format = chooseFormat(target, options);
  if (format === 'safetensors') {
    const model = await modelOfRun(run, options.runs);
    await makeTarget(target, true, options);
    await exportWeights(model, target, options);
  } else {
    const saved = await findModel(run, options.runs);
    await makeTarget(target, format === 'onnx', options);
    await exportModel(saved, target, { ...options, format });
  }
  process.stdout.write(`${target}\n`);
}

/** Writes and compares a model beside the target, and moves it there if it predicts the same. */
async function exportModel(
  saved: SavedModel,
  target: string,
  options: ExportOptions & { readonly format: 'tfjs' | 'onnx' },
): Promise<void> {
  const { format } = options;
  const folder = dirname(resolve(target));
  const temporary = await mkdtemp(join(folder, '.export-'));
  try {
    const written = join(temporary, basename(resolve(target)));
    if (format === 'onnx') {
      const { onnxModel } = await import('../export/onnx/onnx.ts');
      await writeAtomic(written, await onnxModel(saved));
    } else {
      await cp(dirname(saved.path), written, { recursive: true });
      // A run of an early version has none.
      await writePreprocessing(written, saved.preprocessing);
    }
    const verification = options.verify ? await verifyExport(saved, written, options) : null;
    const { labels } = saved.preprocessing;
    const { bytes } = await writeCard(written, { run: saved.name, format, labels, verification });
    await cp(temporary, folder, { recursive: true });
    const facts = [`${format}, ${megabytes(bytes)} MB`];
    if (verification) facts.push(describe(verification));
    process.stdout.write(`${facts.join('\n')}\n`);
  } finally {
    await remove(temporary);
  }
}

/** Runs an exported model in another engine; returns `null` and says why if that is not possible. */
async function verifyExport(
  saved: SavedModel,
  target: string,
  { format, verbose = false, signal }: ExportOptions,
): Promise<Verification | null> {
  const run = dirname(dirname(saved.path));
  const images = await readValidationImages(run, saved.preprocessing);
  if (!images) return notVerified(`${saved.name} has no validation images`);
  const other =
    format === 'onnx' ? await openOnnxRuntime(target) : openPlainTfjs(target, saved.preprocessing);
  if (!other) return notVerified('npm install onnxruntime-node lets it run the file');
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const compiler = chooseCompiler(true);
  const engine = await startEngine({ threads: null, verbose, compiler, report });
  return verify(other, saved, images, { engine, signal });
}

function notVerified(reason: string): null {
  process.stderr.write(`not compared with another engine: ${reason}\n`);
  return null;
}

function describe(verification: Verification): string {
  const { engine, images, largestDifference, milliseconds } = verification;
  return `${engine}: the same class for ${countOf(images, 'validation image')}, probabilities differ by at most ${largestDifference.toPrecision(1)}, ${milliseconds.toFixed(1)} ms per image`;
}

/** @throws InputError for another format than that of the extension, and for a file of unknown extension. */
function chooseFormat(target: string, { format, layers }: ExportOptions): ExportFormat {
  const extension = extname(target);
  const known = exportFormats.find((each) => EXPORT_FORMATS[each] === extension);
  // A version may end with a dot and digits: `model-1.2`.
  const isFolder =
    target.endsWith('/') || target.endsWith(sep) || (target !== '' && /^\.\d*$|^$/.test(extension));
  const found = isFolder ? 'tfjs' : known;
  if (!found || (format && format !== found)) {
    throw new InputError(
      `the target must be ${ENDINGS}. Received: ${target}${format ? ` for ${format}` : ''}`,
    );
  }
  if (layers && found !== 'safetensors')
    throw new InputError(
      `--layers needs a ${EXPORT_FORMATS.safetensors} file as target. Received: ${target}`,
    );
  return found;
}

const ENDINGS =
  'a .safetensors file for the weights, an .onnx file, or a folder for a TensorFlow.js model: a name without extension, or with / at its end';

async function makeTarget(target: string, isFile: boolean, options: ExportOptions): Promise<void> {
  await requireFree(target, isFile, options);
  await mkdir(dirname(target), { recursive: true });
}

/** An empty folder is free. @throws InputError */
async function requireFree(
  target: string,
  isFile: boolean,
  { force }: ExportOptions,
): Promise<void> {
  const found = await stat(resolve(target)).catch(() => null);
  if (!found) return;
  if (found.isDirectory() === isFile) {
    throw new InputError(`${target} is a ${isFile ? 'folder' : 'file'}; choose another target`);
  }
  if (force || (found.isDirectory() && (await readdir(target)).length === 0)) return;
  throw new InputError(`${target} exists already; --force replaces it`);
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
