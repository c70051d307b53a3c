import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';

/**
 * Prints the share of lines that the unit and the engine tests run, by folder. `npm run coverage` measures it. Generated
 * files are left out, and so is what runs in browsers alone; the tests of its pages run it in Chromium.
 */

interface Lines {
  readonly total: number;
  readonly covered: number;
}

const file = new URL('../coverage/coverage-summary.json', import.meta.url);
const { total, ...files } = JSON.parse(readFileSync(file, 'utf8')) as Record<
  string,
  { lines: Lines }
>;

const folders = new Map<string, Lines>();
for (const [path, { lines }] of Object.entries(files)) {
  const folder = dirname(relative(process.cwd(), path));
  const sum = folders.get(folder) ?? { total: 0, covered: 0 };
  folders.set(folder, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
}

const rows = [...folders].sort(([a], [b]) => (a < b ? -1 : 1));
if (total) rows.push(['all', total.lines]);
const width = Math.max(...rows.map(([folder]) => folder.length));
console.log(`${'folder'.padEnd(width)}  lines  covered`);
for (const [folder, lines] of rows) {
  const share = (100 * lines.covered) / lines.total;
  const mark = share < 80 ? '  below 80 %' : '';
  console.log(
    `${folder.padEnd(width)}  ${String(lines.total).padStart(5)}  ${share.toFixed(1).padStart(5)} %${mark}`,
  );
}
