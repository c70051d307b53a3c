import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { chromiumPath } from '../test/requirements.ts';

// Makes the screenshots of a report in docs/pages from a finished run, after `npm run build`:
// `npx tsx docs/screenshots.ts digits/latest`. Needs Chromium.

interface Screenshot {
  readonly name: string;
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  /** Brings the subject of the screenshot into view. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const SCREENSHOTS: readonly Screenshot[] = [
  { name: 'report', scheme: 'light', width: 1200, height: 1230 },
  {
    name: 'report-dark',
    scheme: 'dark',
    width: 1200,
    height: 900,
    prepare: async (page) => {
      await page.getByRole('heading', { name: 'Confusion matrix' }).evaluate((heading) => {
        heading.scrollIntoView();
      });
      // 8 predicted as 7: the most frequent mistake of the example of digits.
      await page.locator('.matrix td').nth(17).hover();
    },
  },
];

const [run = 'digits/latest', ...options] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'cifar-run-screenshots-'));
const report = join(folder, 'report.html');
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
await execa(process.execPath, [cli, 'report', run, '-o', report, ...options]);
const browser = await chromium.launch({ executablePath: chromiumPath() });
for (const { name, scheme, width, height, prepare } of SCREENSHOTS) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  await page.goto(pathToFileURL(report).href);
  await prepare?.(page);
  const file = fileURLToPath(new URL(`pages/${name}.png`, import.meta.url));
  // A palette of 256 colours makes the file a third as large.
  await sharp(await page.screenshot())
    .png({ palette: true })
    .toFile(file);
  await page.close();
}
await browser.close();
await rm(folder, { recursive: true });
