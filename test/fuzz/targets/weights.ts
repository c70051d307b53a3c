import { readdirSync, readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { zipTree } from '../../../src/data/files/zip.ts';
import { readSource } from '../../../src/model/source.ts';
import { openWeights } from '../../../src/model/weights/open.ts';
import { named } from '../../experiment.ts';
import {
  type Edit,
  editBytes,
  editJson,
  edits,
  editsInPlace,
  type JsonEdit,
  jsonEdit,
} from '../mutations.ts';
import { target } from '../target.ts';

const fixtures = fileURLToPath(new URL('../../model/weights/fixtures', import.meta.url));
const FORMATS = /\.(safetensors|h5|keras|pth|pt)$|^tfjs.*\.json$/;

/** A change of a part of a file, after which its lengths and checksums are right again. */
interface PartEdit {
  readonly member: number;
  readonly json: JsonEdit;
  readonly bytes: readonly Edit[];
}

interface Case {
  readonly base: number;
  /** Changes of the bytes of the file. */
  readonly changes: readonly Edit[];
  readonly part: PartEdit | null;
}

/** Weight files of each format, as weights and as models. */
export const weightFiles = target<Case>({
  name: 'weight files',
  weight: 12,
  async prepare(folder) {
    const names = ['', 'pytorch'].flatMap((parent) =>
      readdirSync(join(fixtures, parent))
        .filter((name) => FORMATS.test(name))
        .map((name) => join(parent, name)),
    );
    const files = names.map((name) => readFileSync(join(fixtures, name)));
    // The shards of the models of TensorFlow.js.
    await cp(join(fixtures, 'tfjs-quantized'), join(folder, 'tfjs-quantized'), { recursive: true });
    const part = fc.record({ member: fc.nat(9), json: jsonEdit, bytes: editsInPlace() });
    return {
      cases: fc.oneof(
        fc.record({
          base: fc.nat(names.length - 1),
          changes: fc.oneof(edits(0.05), edits(), editsInPlace()),
          part: fc.constant(null),
        }),
        fc.record({ base: fc.nat(names.length - 1), changes: fc.constant([]), part }),
      ),
      async run({ base, changes, part }) {
        const [name = '', bytes = Buffer.alloc(0)] = [names[base], files[base]];
        const path = join(folder, `weights${extname(name)}`);
        const inside = part ? await editPart(join(fixtures, name), bytes, part) : bytes;
        await writeFile(path, editBytes(inside, changes));
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

/** Changes the header of safetensors, the JSON of TensorFlow.js, a member of a zip archive, or bytes of another file. */
async function editPart(path: string, file: Buffer, { member, json, bytes }: PartEdit) {
  if (path.endsWith('.json')) return Buffer.from(editJson(file.toString(), json));
  if (path.endsWith('.safetensors')) {
    const end = 8 + Number(file.readBigUInt64LE());
    const header = Buffer.from(editJson(file.toString('utf8', 8, end), json));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([length, header, file.subarray(end)]);
  }
  if (file.readUInt16LE() !== ZIP) return editBytes(file, bytes);
  const tree = zipTree(path);
  const names = await tree.list();
  const zip = new ZipFile();
  for await (const { path: name, bytes: read } of tree.read(new Set(names))) {
    const content = Buffer.from(await read());
    const isChanged = name === names[member % names.length];
    const edit = () =>
      name.endsWith('.json')
        ? Buffer.from(editJson(content.toString(), json))
        : editBytes(content, bytes);
    zip.addBuffer(isChanged ? edit() : content, name, { compress: false });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** The first two bytes, `PK`. */
const ZIP = 0x4b50;
