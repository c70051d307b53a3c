import { readdirSync, readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { readSource } from '../../../src/model/source.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { named } from '../../experiment.ts';
import { type Edit, editBytes, edits } from '../mutations.ts';
import { target } from '../target.ts';

const fixtures = fileURLToPath(new URL('../../model/weights/fixtures', import.meta.url));
const FORMATS = /\.(safetensors|h5|keras)$|^tfjs.*\.json$/;

/** Weight files of each format, as weights and as models. Most edits are near the start, where headers are. */
export const weightFiles = target<{ base: number; changes: Edit[] }>({
  name: 'weight files',
  weight: 12,
  async prepare(folder) {
    const names = readdirSync(fixtures).filter((name) => FORMATS.test(name));
    const files = names.map((name) => readFileSync(join(fixtures, name)));
    // The shards of the models of TensorFlow.js.
    await cp(join(fixtures, 'tfjs-quantized'), join(folder, 'tfjs-quantized'), { recursive: true });
    return {
      cases: fc.record({
        base: fc.nat(names.length - 1),
        changes: fc.oneof(edits(0.05), edits()),
      }),
      async run({ base, changes }) {
        const path = join(folder, `weights${extname(names[base] ?? '')}`);
        await writeFile(path, editBytes(files[base] ?? Buffer.alloc(0), changes));
        const file = await openWeights(path);
        try {
          // Some tensors of a damaged file cannot be read, which ends with a sentence that names the file.
          for (const entry of file.entries) await entry.read().catch(() => {});
        } finally {
          await file.close();
        }
        const from = { kind: 'model', path } as const;
        await readSource(named('vgg16', { from, weights: null }), () => Promise.resolve(path));
      },
    };
  },
});
