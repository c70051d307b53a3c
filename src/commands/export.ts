import { cp, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../common/errors.ts';
import { globMatcher } from '../common/glob.ts';
import { openWeights } from '../model/weights/open.ts';
import { writeSafetensors } from '../model/weights/safetensors.ts';
import { modelOfRun } from '../runs/find.ts';

export interface ExportOptions {
  /** Folder of all runs. */
  readonly runs: string;
  /** Glob of layers to export, e.g. `block*`. */
  readonly layers?: string;
}

/** `cifar-run export RUN TARGET`: exports the weights to a .safetensors file, or the tfjs model to a folder. */
export async function exportCommand(
  run: string,
  target: string,
  options: ExportOptions,
): Promise<void> {
  const model = await modelOfRun(run, options.runs);
  await mkdir(dirname(target), { recursive: true });
  if (target.endsWith('.safetensors')) await exportWeights(model, target, options);
  else if (options.layers) {
    throw new InputError(`--layers needs a .safetensors file as target. Received: ${target}`);
  } else await cp(dirname(model), target, { recursive: true });
  process.stdout.write(`${target}\n`);
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
