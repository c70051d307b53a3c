import { type Measured, manyFolders, manyImages, manyRuns, manySteps } from './load.ts';

/*
 * Prints a table of load. It takes an hour on two idle cores; a share of 0.1 takes six minutes.
 *
 *     npm run build && npm run load -- [SHARE]
 */

const share = Number(process.argv[2] ?? 1);
const count = (full: number) => Math.ceil(share * full);

function print(load: string, { seconds, megabytes: { most, early, late } }: Measured, more = '') {
  const memory = `${early} MB after a quarter, ${late} MB at the end, ${most} MB at most`;
  process.stdout.write(`| ${load} | ${seconds.toFixed(1)} s | ${memory} | ${more} |\n`);
}

process.stdout.write('| load | time | memory | result |\n| --- | --- | --- | --- |\n');

const folders = await manyFolders(count(10_000));
print(`list of ${count(10_000)} runs`, folders.list);
print(`compare of ${count(10_000)} runs`, folders.compare);
process.stdout.write(`| first rows of ui | ${folders.ui.seconds.toFixed(1)} s | | |\n`);

const images = await manyImages(count(200_000));
const began = images.secondsTo(/^Training/) - images.secondsTo(/^Data/);
print(
  `${count(200_000)} images`,
  images,
  `first epoch ${began.toFixed(1)} s after the start of decoding`,
);

print(`${count(100_000)} steps`, await manySteps(count(100_000)));

const runs = await manyRuns(count(500));
print(`${count(500)} runs, --jobs 2`, runs.sweep, `${runs.finished} finished`);
