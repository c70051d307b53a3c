import { cp, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import picomatch from 'picomatch';
import { InputError } from '../common/errors.ts';
import { openWeights } from '../model/weights/open.ts';
import { writeSafetensors } from '../model/weights/safetensors.ts';
import { modelOfRun } from '../runs/find.ts';

export interface ExportOptions {
  /** Folder that holds all runs. */
  readonly runs: string;
  /** Glob of the layers whose weights are written, e.g. `block*`. */
  readonly layers?: string;
}

/** Copies a finished run's model: weights to a .safetensors file, the whole tfjs model to a folder. */
export async function exportCommand(
  run: string,
  to: string,
  options: ExportOptions,
): Promise<void> {
  const model = await modelOfRun(run, options.runs);
  await mkdir(dirname(to), { recursive: true });
  if (to.endsWith('.safetensors')) await exportWeights(model, to, options);
  else if (options.layers) {
    throw new InputError(`--layers takes a .safetensors file to write to, received ${to}`);
  } else await cp(dirname(model), to, { recursive: true });
  process.stdout.write(`${to}\n`);
}

async function exportWeights(model: string, to: string, { layers }: ExportOptions): Promise<void> {
  const file = await openWeights(model);
  const matches = layers ? picomatch(layers) : () => true;
  const chosen = file.entries.filter((entry) => matches(entry.layer));
  if (chosen.length === 0) {
    const names = [...new Set(file.entries.map((entry) => entry.layer))];
    throw new InputError(
      `--layers ${layers} matches no layer with weights; there are ${names.join(', ')}`,
    );
  }
  const tensors = [];
  for (const { layer, name, shape, read } of chosen) {
    tensors.push({ layer, name: name ?? '', shape, data: await read() });
  }
  await file.close();
  await writeSafetensors(to, tensors);
}
