import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type ServedPage, servePage } from '../program.ts';
import { useChromium } from '../requirements.ts';
import { digits, run, SMALL, useTrainedRuns } from '../trained-runs.ts';
import { makeRun } from './made-runs.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** The global object of axe-core's script. */
interface Axe {
  readonly axe: {
    run(): Promise<{
      violations: { readonly id: string; readonly nodes: { readonly html: string }[] }[];
    }>;
  };
}

describe('the page of cifar-run ui', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-page-'));
  const runs = join(folder, 'runs');
  const browser = useChromium();
  const trained = useTrainedRuns(runs);
  let server: ServedPage | undefined;
  let page: Page;
  /** Messages of the browser about policy violations and errors of the page. */
  let complaints: string[];

  before(async () => {
    for (let i = 0; i < 120; i++) makeRun(runs, i);
    server = await servePage(runs);
  });

  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    complaints = [];
    page.on('console', (message) => {
      // The response to an invalid filter has status 400.
      if (message.type() === 'error' && !/status of 400/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).to.deep.equal([]);
  });

  const at = (path: string) => page.goto(new URL(path, server?.url).href);
  const heading = (name: string | RegExp) => page.getByRole('heading', { name }).waitFor();
  const count = (text: string) => page.getByText(text, { exact: true }).waitFor();
  const filter = () => page.getByRole('searchbox', { name: 'filter' });
  const query = () => new URL(page.url()).searchParams;
  const runOf = (name: string) => `/run/${name}`;

  it('keeps filter, order and columns in the address', async () => {
    await at('/');
    await count('126 runs');
    await filter().fill('experiment = made and vars.dropout = 0.1');
    await count('30 of 126 runs');
    await page.getByRole('button', { name: 'val_accuracy' }).click();
    await page.getByRole('columnheader', { name: 'val_accuracy' }).waitFor();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('searchbox', { name: 'find a column' }).fill('seed');
    await page.getByRole('checkbox', { name: 'seed', exact: true }).check();
    await page.getByRole('columnheader', { name: 'seed', exact: true }).waitFor();
    const best = page.getByRole('row').nth(1);
    await page.waitForFunction(() => document.querySelector('tbody')?.textContent?.includes('99'));
    expect(await best.textContent()).to.match(/^made.*finished.*99\.00 %/);
    expect(query().get('filter')).to.equal('experiment = made and vars.dropout = 0.1');
    expect(query().get('sort')).to.equal('val_accuracy');
    await page.reload();
    await count('30 of 126 runs');
    expect(await page.getByRole('columnheader').last().textContent()).to.equal('seed');
    await filter().fill('sed = 1');
    await page.getByRole('alert').getByText('Did you mean seed?').waitFor();
  });

  it('renders only the rows near the visible ones', async () => {
    await at('/');
    await count('126 runs');
    expect(await page.locator('tbody tr:not(.space)').count()).to.be.below(126);
    const rows = page.getByRole('region', { name: 'runs' });
    await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.locator('tr[aria-rowindex="127"]').waitFor();
    expect(await page.locator('tr[aria-rowindex="127"]').textContent()).to.contain('made');
  });

  it('compares and diffs the selected runs', async () => {
    const { first, second } = trained();
    await at('/?filter=experiment+%3D+digits');
    await count('2 of 126 runs');
    await page.getByRole('checkbox', { name: `select ${first}` }).check();
    await page.getByRole('checkbox', { name: `select ${second}` }).check();
    await page.getByRole('link', { name: 'Compare' }).click();
    await heading('Compare 2 runs');
    await page.getByRole('img', { name: /^Accuracy by epoch: .*learningRate.* from/ }).waitFor();
    await page.getByRole('columnheader', { name: 'learningRate' }).waitFor();
    await page.goBack();
    expect(await page.getByRole('checkbox', { name: `select ${first}` }).isChecked()).to.equal(
      true,
    );
    await page.getByRole('link', { name: 'Diff' }).click();
    await heading('Is the second run better?');
    const changed = page.getByRole('row', { name: /fine-tune\.optimizer\.learningRate/ });
    expect(await changed.textContent()).to.match(/0\.0003.*0\.001|0\.001.*0\.0003/);
    expect(await page.locator('.verdict').textContent()).to.match(/points of accuracy$/);
  });

  it('shows the images behind a cell of the confusion matrix, with a working back button', async () => {
    const { first } = trained();
    await at(runOf(first));
    await heading('digits');
    const csv = readFileSync(join(runs, first, 'predictions.csv'), 'utf8')
      .trim()
      .split('\n');
    const [, , truth, predicted] =
      csv
        .slice(1)
        .map((row) => row.split(','))
        .find(([, , a, b]) => a !== b) ?? [];
    const all = csv.filter((row) => row.split(',').slice(2, 4).join() === `${truth},${predicted}`);
    const cell = [Number(truth) - 5, Number(predicted) - 5] as const;
    await page.locator('.matrix tbody tr').nth(cell[0]).locator('td').nth(cell[1]).click();
    const dialog = page.getByRole('dialog', { name: `${truth} predicted as ${predicted}` });
    await dialog.getByRole('img').first().waitFor();
    expect(await dialog.getByRole('img').count()).to.equal(Math.min(24, all.length));
    const width = await page.evaluate(async () => {
      const href = document.querySelector('dialog image')?.getAttribute('href') ?? '';
      return (await createImageBitmap(await (await fetch(href)).blob())).width;
    });
    expect(width).to.be.above(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    // The dialog changes the address only after it has closed.
    await page.waitForURL((url) => url.search === '');
    await page.goBack();
    await dialog.waitFor();
  });

  it('shows a sweep with parallel coordinates, ranges of axes, heat map and importance', async () => {
    await at('/');
    await page
      .getByRole('navigation', { name: 'sweeps' })
      .getByRole('link', { name: 'rates' })
      .click();
    await heading('rates');
    await page.getByRole('img', { name: /^4 cells by head\.optimizer/ }).waitFor();
    expect(await page.locator('.parallel path').count()).to.equal(4);
    expect(await page.locator('.heat-map td').count()).to.equal(4);
    await page
      .getByRole('row', { name: /^head\.optimizer\.learningRate/ })
      .first()
      .waitFor();
    const axis = (await page.locator('.grip').first().boundingBox()) as {
      x: number;
      y: number;
      width: number;
      height: number;
    };
    await page.mouse.move(axis.x + axis.width / 2, axis.y + 2);
    await page.mouse.down();
    await page.mouse.move(axis.x + axis.width / 2, axis.y + axis.height / 2 - 4);
    await page.mouse.up();
    await page.getByText('2 of 4 cells').waitFor();
    await page.locator('.heat-map td a').first().click();
    await heading('rates');
    await page.getByText('Confusion matrix').waitFor();
  });

  it('follows a run that starts and trains while the page is open', async function () {
    this.timeout(0);
    await at('/?filter=experiment+%3D+live');
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    const changes = ['--set', 'name=live', '--set', 'phases.head.epochs=60'];
    const training = run(runs, digits, ...SMALL, ...changes);
    await count('1 of 127 runs');
    await page.getByRole('row').nth(1).getByText('running').waitFor();
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page
      .getByRole('status')
      .getByText(/^ epoch [1-9]\d* of 61$/)
      .waitFor({ timeout: 120_000 });
    const shown = async () =>
      Number(
        await page
          .locator('.legend .soft')
          .first()
          .textContent()
          .then((text) => text?.slice(6)),
      );
    const before = await shown();
    await page.locator('.state-finished').waitFor({ timeout: 120_000 });
    expect(await shown()).to.equal(61);
    expect(before).to.be.below(61);
    await page.getByText('Confusion matrix').waitFor();
    expect(await page.evaluate(() => 'neverReloaded' in window)).to.equal(true);
    await training;
  });

  it('works by keyboard alone', async () => {
    await at('/');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('experiment = digits');
    await page.getByText(/^2 of \d+ runs$/).waitFor();
    await page.getByRole('checkbox', { name: `select ${trained().second}` }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    for (let i = 0; i < 30 && !(await focused())?.startsWith('select '); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByText('2 runs selected').waitFor();
    const text = () => page.evaluate(() => document.activeElement?.textContent);
    for (let i = 0; i < 30 && (await text()) !== 'Diff'; i++)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await heading('Is the second run better?');
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal('main');
    // A headless browser does not handle Alt and the left arrow key.
    await page.goBack();
    await page.getByText('2 runs selected').waitFor();
  });

  const views = ({ first, second } = trained()) => ({
    runs: '/',
    run: runOf(first),
    images: `${runOf(first)}?truth=5&predicted=5`,
    compare: `/compare?run=${first}&run=${second}`,
    diff: `/diff?run=${first}&run=${second}`,
    sweep: '/sweep/rates',
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`passes axe in ${colorScheme} mode`, async function () {
      this.timeout(0);
      await page.emulateMedia({ colorScheme });
      const found: string[] = [];
      for (const [view, path] of Object.entries(views())) {
        await at(path);
        await page.locator('main .card:visible').first().waitFor();
        // The page's policy forbids other scripts, but not what the browser evaluates for the test.
        await page.evaluate(readFileSync(axe, 'utf8'));
        const violations = await page.evaluate(() => (window as unknown as Axe).axe.run());
        for (const { id, nodes } of violations.violations)
          found.push(...nodes.map(({ html }) => `${view}: ${id}: ${html}`));
      }
      expect(found).to.deep.equal([]);
    });

  it('fits a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const [view, path] of Object.entries(views())) {
      await at(path);
      await page.locator('main .card:visible').first().waitFor();
      const { scrollWidth } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
      }));
      expect(scrollWidth, view).to.equal(360);
    }
  });
});
