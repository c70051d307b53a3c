import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { detectProcessor } from '../src/engine/hardware.ts';
import { contestantCommands } from './contestant.ts';
import { unpackImages } from './images.ts';
import { TURN, WARM_UP } from './measure.ts';
import { measures } from './measures/table.ts';
import { formatResults, mergeRows, parseNotes, type Results } from './results.ts';

/**
 * Compares the speed of cifar-run with Keras and PyTorch and writes RESULTS.md. `--quick` measures one round of the default
 * variant of each and prints the table only. Measures that need images are skipped without `--images`.
 *
 *     npm run bench -- [MEASURE…] [--images cifar10-jpeg.tar.gz] [--rounds 5] [--quick]
 */
const { positionals: selected, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    images: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const names = measures.map(({ name }) => name);
const unknown = selected.find((name) => !names.includes(name));
if (unknown !== undefined)
  throw new Error(`a measure must be one of ${names.join(', ')}. Received: ${unknown}`);
const rounds = flags.quick ? 1 : Number(flags.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new Error(`--rounds must be a whole number of at least 1. Received: ${flags.rounds}`);

const at = (name: string) => new URL(name, import.meta.url);
const text = async (name: string) => (existsSync(at(name)) ? readFile(at(name), 'utf8') : '');
const pinned = (
  await Promise.all(['', '-alone'].map((part) => text(`peers/requirements${part}.txt`)))
)
  .flatMap((lines) => lines.split('\n'))
  .filter((line) => /^(tensorflow|keras|torch|pillow)/.test(line));
const threads = os.availableParallelism();
const { instructions, bfloat16 } = detectProcessor();
const features = [instructions, ...(bfloat16 ? ['bfloat16'] : [])].join(' and ');
const machine = `${os.cpus()[0]?.model} with ${features}, ${threads} threads`;
const turns = `turns of at least ${TURN} s of steps after ${WARM_UP} s`;
const versions = [`Node ${process.versions.node}`, ...pinned].join(', ');

const commands = await contestantCommands();
const images = flags.images ? await unpackImages(flags.images) : '';
let results: Results = JSON.parse((await text('results.json')) || '[]');
try {
  for (const measure of measures) {
    if (selected.length > 0 && !selected.includes(measure.name)) continue;
    if (measure.needsImages && !images) {
      process.stderr.write(`${measure.name}: skipped, needs --images\n`);
      continue;
    }
    process.stderr.write(`${measure.name}\n`);
    const load = os.loadavg()[0]?.toFixed(1);
    const rows = await measure.run({ rounds, threads, quick: flags.quick, commands, images });
    const date = new Date().toISOString().slice(0, 10);
    const measured = rows.map((row) => ({
      ...row,
      date,
      machine,
      versions,
      turns,
      load: `${load} to ${os.loadavg()[0]?.toFixed(1)}`,
    }));
    results = mergeRows(results, measured);
    const notes = parseNotes(
      await text('notes.md'),
      results.map(({ name }) => name),
    );
    if (flags.quick) process.stdout.write(formatResults(measured, notes));
    else {
      await writeFile(at('results.json'), `${JSON.stringify(results, null, 2)}\n`);
      await writeFile(at('RESULTS.md'), formatResults(results, notes));
    }
  }
} finally {
  if (images) await rm(dirname(images), { recursive: true });
}
