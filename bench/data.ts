import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { create, extract } from 'tar';
import type { DataConfig } from '../src/config/experiment.ts';
import { loadData } from '../src/data/load.ts';
import { startEngine } from '../src/engine/choose.ts';
import { python } from './keras.ts';

/**
 * Seconds to read 10,000 small JPEGs into memory, at the first start and at the second one, beside Keras'
 * image_dataset_from_directory and Pillow in a process for each core, which are the same at every start. Files
 * are in the system's memory; all are measured in turn, round after round.
 *
 *     npx tsx bench/data.ts cifar10-jpeg.tar.gz [rounds]
 */
const [archive = '', rounds = '5'] = process.argv.slice(2);
const folder = await mkdtemp(join(os.tmpdir(), 'cifar-run-bench-'));
const engine = await startEngine({
  threads: null,
  compile: true,
  verbose: false,
  report: (message) => process.stderr.write(`${message}\n`),
});

await extract({ file: archive, cwd: folder, filter: (path) => !/\/train\/./.test(path) });
const [top = ''] = await readdir(folder);
await cp(join(folder, top, 'test'), join(folder, 'pictures'), { recursive: true });
const packed = join(folder, 'pictures.tar.gz');
await create({ cwd: folder, file: packed, gzip: true }, ['pictures']);

async function own(source: string): Promise<number> {
  const config: DataConfig = {
    dataset: 'folder',
    source,
    classes: null,
    limit: { train: null, validation: null },
    validation: 0.1,
    broken: 'stop',
    preprocess: 'none',
    sampling: 'uniform',
    classWeights: null,
    augment: [],
  };
  const start = performance.now();
  const { train, validation } = await loadData(config, 1, {
    imageShape: [32, 32, 3],
    signal: new AbortController().signal,
    jpegs: engine.jpegs,
    report: () => {},
    note: () => {},
  });
  for (const { pixels, labels } of [train, validation])
    for (let from = 0; from < labels.length; from += 256)
      await pixels.read(
        Array.from({ length: Math.min(256, labels.length - from) }, (_, i) => from + i),
      );
  return (performance.now() - start) / 1000;
}

const script = fileURLToPath(new URL('keras_data.py', import.meta.url));
const peer = execa(await python(), [script], { stderr: 'ignore', buffer: false });
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function peers(kind: string, source: string): Promise<number[]> {
  peer.stdin.write(`${kind} ${source}\n`);
  return (await lines.next()).value.split(' ').map(Number);
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

console.log(`${os.cpus()[0]?.model}, ${engine.threads} threads, TensorFlow ${engine.version}`);
console.log(`median of ${rounds} rounds, seconds; ratios to the faster of the two peers\n`);
console.log('| 10,000 JPEGs | first | second | Keras | Pillow | first / peer | second / peer |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [kind, source] of [
  ['folder', join(folder, 'pictures')],
  ['archive', packed],
] as const) {
  const times: number[][] = [[], [], [], []];
  await peers(kind, source);
  for (let round = 0; round < Number(rounds); round++) {
    process.env.CIFAR_RUN_CACHE = join(folder, `cache-${kind}-${round}`);
    const measured = [await own(source), await own(source), ...(await peers(kind, source))];
    measured.forEach((seconds, i) => {
      times[i]?.push(seconds);
    });
  }
  const [first = 0, second = 0, keras = 0, pillow = 0] = times.map(median);
  const peer = Math.min(keras, pillow);
  const cells = [first, second, keras, pillow, first / peer, second / peer];
  console.log(`| ${[kind, ...cells.map((cell) => cell.toFixed(2))].join(' | ')} |`);
}
peer.stdin.end();
await rm(folder, { recursive: true });
