import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { chromiumPath } from '../test/requirements.ts';

// Makes the screenshots of `cifar-run ui` in docs/pages from finished runs and a sweep, after `npm run build`:
// `npx tsx docs/ui-screenshots.ts FOLDER-OF-RUNS RUN FIRST SECOND SWEEP`. Needs Chromium.

interface Screenshot {
  readonly name: string;
  readonly path: string;
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Brings the subject of the screenshot into view. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const [runs = 'runs', run = '', first = '', second = '', sweep = ''] = process.argv.slice(2);
const two = new URLSearchParams([
  ['run', first],
  ['run', second],
]);

const SCREENSHOTS: readonly Screenshot[] = [
  { name: 'runs', path: `/?${two}` },
  { name: 'runs-dark', path: '/', dark: true },
  { name: 'runs-narrow', path: '/', width: 390, height: 780 },
  { name: 'run', path: `/run/${run}` },
  {
    name: 'images',
    path: `/run/${run}`,
    prepare: async (page) => {
      // Opens the most frequent incorrect prediction.
      const cells = page.locator('.matrix td:not(.strong)');
      const counts = await cells.evaluateAll((all) =>
        all.map((cell) => Number.parseInt(cell.textContent ?? '', 10)),
      );
      await cells.nth(counts.indexOf(Math.max(...counts))).click();
      await page.getByRole('dialog').getByRole('img').first().waitFor();
    },
  },
  {
    name: 'prediction',
    path: `/run/${run}`,
    height: 520,
    prepare: async (page) => {
      const image = await sharp(`${runs}/${run}/images.webp`)
        .extract({ left: 0, top: 0, width: 28, height: 28 })
        .png()
        .toBuffer();
      const file = { name: 'digit.png', mimeType: 'image/png', buffer: image };
      await page.getByLabel('choose an image').setInputFiles(file);
      await page.getByRole('table', { name: 'digit.png' }).waitFor();
      await page
        .getByRole('heading', { name: 'Try the model' })
        .evaluate((heading) => heading.scrollIntoView());
    },
  },
  { name: 'compare', path: `/compare?${two}` },
  { name: 'diff', path: `/diff?${two}` },
  { name: 'sweep', path: `/sweep/${sweep}`, height: 1080 },
];

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const server = execa(process.execPath, [cli, 'ui', '--runs', runs, '--port', '0']);
const url = await new Promise<string>((resolve) => {
  server.stdout.on('data', (line) => resolve(/http:\S+/.exec(String(line))?.[0] ?? ''));
});
const browser = await chromium.launch({ executablePath: chromiumPath() });
for (const { name, path, dark, width = 1280, height = 860, prepare } of SCREENSHOTS) {
  const colorScheme = dark ? 'dark' : 'light';
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(new URL(path, url).href);
  await page.locator('main .card:visible').first().waitFor();
  await page.waitForTimeout(1000);
  await prepare?.(page);
  const file = fileURLToPath(new URL(`pages/ui-${name}.png`, import.meta.url));
  // A palette of 256 colours makes the file a third as large.
  await sharp(await page.screenshot())
    .png({ palette: true })
    .toFile(file);
  await page.close();
}
await browser.close();
server.kill('SIGINT');
await server.catch(() => {});
