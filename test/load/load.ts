import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import sharp from 'sharp';
import { cli, servePage } from '../program.ts';
import { makeRun } from '../ui/made-runs.ts';

/* Measures of load, with a process of the built program: its time, and its memory from second to second. */

export interface Measured {
  readonly seconds: number;
  /** Most resident memory of the process, and its memory after a quarter and at the end of its time. */
  readonly megabytes: { readonly most: number; readonly early: number; readonly late: number };
  readonly output: string;
  /** Seconds from the start to the first line with a text. */
  readonly secondsTo: (text: RegExp) => number;
}

const POLL_MS = 100;

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** Runs the program in a folder. @throws Error if it fails. */
export async function measured(args: readonly string[], cwd: string): Promise<Measured> {
  const start = performance.now();
  const since = () => (performance.now() - start) / 1000;
  const lines: { readonly at: number; readonly text: string }[] = [];
  const program = execa(process.execPath, [...cli, ...args], {
    cwd,
    all: true,
    buffer: false,
    reject: false,
  });
  const reading = (async () => {
    for await (const text of program.iterable({ from: 'all' })) lines.push({ at: since(), text });
  })();
  const samples: number[] = [];
  let running = true;
  const ended = program.finally(() => {
    running = false;
  });
  const sampling = (async () => {
    while (running) {
      const now = await residentMegabytes(program.pid ?? 0);
      if (now > 0) samples.push(now);
      await sleep(POLL_MS);
    }
  })();
  const [{ exitCode }] = await Promise.all([ended, reading, sampling]);
  const output = lines.map(({ text }) => text).join('\n');
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${output}`);
  const at = (share: number) => Math.round(samples[Math.floor(share * samples.length)] ?? 0);
  return {
    seconds: since(),
    megabytes: {
      most: Math.round(Math.max(...samples)),
      early: at(0.25),
      late: at(0.95),
    },
    output,
    secondsTo: (text) => lines.find((line) => text.test(line.text))?.at ?? Number.NaN,
  };
}

/** Calls `work` with a new folder, and deletes it. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cifar-run-load-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const TINY = `
model: { backbone: { inputShape: [8, 8, 1], layers: [] }, head: [flatten, dense: { activation: softmax }] }
`;

/** A sweep of tiny runs, two at once. */
export const manyRuns = (count: number) =>
  inFolder(async (folder) => {
    const text = `${TINY}data: { dataset: digits, validation: 0.2, limit: 40, preprocess: scale }
phases: [{ name: train, epochs: 1, optimizer: sgd }]
sweep: { seeds: ${count}, parameters: { phases.train.batchSize: { values: [8] } } }
`;
    await writeFile(join(folder, 'tiny.yaml'), text);
    const sweep = await measured(['tiny.yaml', '--jobs', '2'], folder);
    const list = await measured(['list', '--json'], folder);
    const states = JSON.parse(list.output).map(({ state }: { state: string }) => state);
    return { sweep, finished: states.filter((state: string) => state === 'finished').length };
  });

/** Folders of runs, listed, compared and on the first page of `ui`. */
export const manyFolders = (count: number) =>
  inFolder(async (folder) => {
    for (let i = 0; i < count; i++) makeRun(join(folder, 'runs'), i);
    const list = await measured(['list'], folder);
    const compare = await measured(['compare', 'made'], folder);
    const start = performance.now();
    const page = await servePage(join(folder, 'runs'));
    try {
      const rows = await (await fetch(new URL('/api/runs', page.url))).text();
      return { list, compare, ui: { seconds: (performance.now() - start) / 1000, rows } };
    } finally {
      await page.close();
    }
  });

/** A folder of small images in ten classes, trained for an epoch. */
export const manyImages = (count: number) =>
  inFolder(async (folder) => {
    const variants: Buffer[] = [];
    for (let i = 0; i < 100; i++) {
      const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: i };
      const image = sharp({ create: { width: 8, height: 8, channels: 3, background } });
      variants.push(await image.png().toBuffer());
    }
    for (let label = 0; label < 10; label++)
      await mkdir(join(folder, `images/${label}`), { recursive: true });
    for (let i = 0; i < count; i++) {
      await writeFile(join(folder, `images/${i % 10}/${i}.png`), variants[i % 100] as Buffer);
    }
    const text = `${TINY.replace('[8, 8, 1]', '[8, 8, 3]')}data: { dataset: folder, source: images, validation: 0.1 }
phases: [{ name: train, epochs: 1, batchSize: 256, optimizer: sgd }]
`;
    await writeFile(join(folder, 'images.yaml'), text);
    return measured(['images.yaml'], folder);
  });

/** Steps of a tiny model; 160 in each epoch. */
export const manySteps = (count: number) =>
  inFolder(async (folder) => {
    const text = `${TINY}data: { dataset: digits, validation: 0.2, limit: 200, preprocess: scale }
checkpoint: { everyEpochs: 100 }
phases: [{ name: train, epochs: ${Math.ceil(count / 160)}, batchSize: 1, optimizer: adam }]
`;
    await writeFile(join(folder, 'steps.yaml'), text);
    return measured(['steps.yaml'], folder);
  });
