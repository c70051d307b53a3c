import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { markDefaults } from '../../src/config/mark-defaults.ts';
import { resolvedYaml } from '../../src/config/resolved.ts';
import { loadExperiment } from '../../src/load-experiment.ts';
import { fittedReportHtml, reportHtml } from '../../src/report/report-html.tsx';
import type { Report } from '../../src/report/report-view.tsx';
import { useChromium } from '../requirements.ts';
import { makeRunDetail, noiseThumbnails } from '../runs/made-run-detail.ts';

const asset = (name: string) =>
  readFileSync(new URL(`../../dist/page/${name}`, import.meta.url), 'utf8');
const assets = { style: asset('report.css'), script: asset('hydrate.js') };
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);
const reportOfOne = (classNames = ['cat', 'dog', 'horse']): Report => {
  return { runs: [makeRunDetail({ classNames })], comparison: null };
};
const reportOfMany = (count: number): Report => {
  const runs = Array.from({ length: count }, (_, run) => makeRunDetail({ run }));
  const columns = [{ name: 'run', title: 'run', format: 'text' }] as const;
  const table = { columns, rows: runs.map(({ name }) => [name]) };
  return {
    runs,
    comparison: { title: `${count} runs`, labels: {}, tables: [{ title: 'Runs', table }] },
  };
};

describe('the HTML of a report', () => {
  it('has less than 3 MB for twenty long runs of a large model', async () => {
    const loaded = await loadExperiment('configs/vgg19-two-phase.yaml', { set: [], setFile: [] });
    const configuration = markDefaults(resolvedYaml(loaded.experiment));
    const [classNames, thumbnails] = [names(10), await noiseThumbnails(25, 64)];
    const phases = { head: 50, 'fine-tune': 150 };
    const { comparison } = reportOfMany(20);
    const runs = Array.from({ length: 20 }, (_, run) =>
      makeRunDetail({ run, classNames, phases, thumbnails, configuration }),
    );
    const html = fittedReportHtml({ runs, comparison }, assets, 2.9e6);
    expect(Buffer.byteLength(html)).to.be.below(3e6);
    expect(html.match(/<img /g)?.length).to.be.above(20 * 10);
  });

  it('has less than 3 MB for twenty runs with a hundred classes', () => {
    const [classNames, phases] = [names(100), { head: 50, 'fine-tune': 150 }];
    const runs = Array.from({ length: 20 }, (_, run) => makeRunDetail({ run, classNames, phases }));
    const html = reportHtml({ runs, comparison: reportOfMany(20).comparison }, assets);
    expect(Buffer.byteLength(html)).to.be.below(3e6);
  });

  it('has all images of a single run', async () => {
    const thumbnails = await noiseThumbnails(25, 64);
    const html = fittedReportHtml(
      { runs: [makeRunDetail({ thumbnails })], comparison: null },
      assets,
      2.9e6,
    );
    expect(html.match(/<img /g)).to.have.length(50);
  });

  it('escapes HTML in class names', () => {
    const html = reportHtml(reportOfOne(['</script><script>alert(1)</script>', '"><b>']), assets);
    expect(html).to.not.include('<script>alert');
    expect(html).to.not.include('"><b>');
  });
});

describe('a report in a browser', () => {
  const browser = useChromium();
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-report-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Opens a report from a file, offline; `complaints` gets console messages, errors and requests. */
  async function open(report: Report, options: BrowserContextOptions = {}) {
    const path = join(folder, 'report.html');
    writeFileSync(path, reportHtml(report, assets));
    const context = await browser().newContext({ offline: true, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(path).href);
    return { page, complaints, close: () => context.close() };
  }

  const detail = (page: Page) => page.locator('.detail').first().textContent();

  it('describes the hovered cell of the confusion matrix', async () => {
    const { page, complaints, close } = await open(reportOfOne());
    expect(await detail(page)).to.match(
      /^150 of \d+ images \(\d\d\.\d\d %\) were classified correctly$/,
    );
    await page.locator('.matrix tbody tr').nth(0).locator('td').nth(1).hover();
    expect(await detail(page)).to.equal('5 of 55 images of cat (9.1 %) were predicted as dog');
    await page.mouse.move(0, 0);
    expect(await detail(page)).to.match(/^150 of/);
    expect(complaints).to.deep.equal([]);
    await close();
  });

  it('moves through the confusion matrix by keyboard', async () => {
    const { page, close } = await open(reportOfOne());
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    while ((await focused()) !== 'TD') await page.keyboard.press('Tab');
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
    }
    expect(await detail(page)).to.match(/ of \d+ images of horse \(.* were predicted as dog$/);
    await page.keyboard.press('ArrowRight');
    expect(await detail(page)).to.match(
      /^50 of \d+ images of horse \(.* were classified correctly$/,
    );
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    expect(await detail(page)).to.match(/^50 of/);
    await close();
  });

  it('shows the values of the epoch that is hovered or selected by keyboard', async () => {
    const { page, close } = await open(reportOfOne());
    const legend = page.locator('.legend').first();
    expect(await legend.textContent()).to.match(/^epoch 10/);
    const box = await page.locator('.chart > svg').first().boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 50);
    expect(await legend.textContent()).to.match(/^epoch 5/);
    await page.locator('.chart input').first().focus();
    await page.keyboard.press('Home');
    expect(await legend.textContent()).to.match(/^epoch 1training 0\.5882validation 0\.6882$/);
    await close();
  });

  it('describes cells of a hundred classes by pointer and by keyboard', async () => {
    const { page, complaints, close } = await open(reportOfOne(names(100)));
    const map = page.locator('.map');
    await map.focus();
    await page.keyboard.press('ArrowRight');
    expect(await detail(page)).to.match(/images of class 0 .* predicted as class 1$/);
    const box = await map.boundingBox();
    const [left, top, side] = [box?.x ?? 0, box?.y ?? 0, box?.width ?? 0];
    await page.mouse.move(left + side * 0.505, top + side * 0.505);
    expect(await detail(page)).to.match(/^50 of \d+ images of class 50 .* classified correctly$/);
    expect(complaints).to.deep.equal([]);
    await close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`passes axe in ${colorScheme} mode`, async () => {
      for (const report of [reportOfOne(), reportOfOne(names(30)), reportOfMany(3)]) {
        const { page, close } = await open(report, { colorScheme });
        await page.locator('details').evaluateAll((folds) => {
          for (const fold of folds) fold.setAttribute('open', '');
        });
        // The report's policy forbids other scripts, but not what the browser evaluates for the test.
        await page.evaluate(readFileSync(axe, 'utf8'));
        const { violations } = await page.evaluate<AxeResults>('axe.run()');
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        expect(found).to.deep.equal([]);
        await close();
      }
    });

  it('is dark on a dark screen and light on paper', async () => {
    const { page, close } = await open(reportOfOne(), { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await background()).to.equal('rgb(15, 18, 22)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await background()).to.equal('rgb(255, 255, 255)');
    await close();
  });

  it('does not scroll sideways on a narrow screen', async () => {
    const long = Array.from({ length: 20 }, (_, i) => `a class with a long name ${i}`);
    for (const report of [
      reportOfOne(),
      reportOfOne(long),
      reportOfOne(names(100)),
      reportOfMany(4),
    ]) {
      const { page, close } = await open(report, { viewport: { width: 320, height: 640 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.equal(320);
      await close();
    }
  });

  it('prints folded runs too', async () => {
    const { page, close } = await open(reportOfMany(3));
    const pages = async () =>
      (await page.pdf()).toString('latin1').match(/\/Type \/Page\b/g)?.length;
    const folded = await pages();
    await page.locator('details').evaluateAll((folds) => {
      for (const fold of folds) fold.setAttribute('open', '');
    });
    expect(folded).to.equal(await pages());
    await close();
  });

  it('links from the table of runs to each run', async () => {
    const { page, close } = await open(reportOfMany(3));
    await page.locator('table a').nth(1).click();
    await page.locator('details[open] article').nth(0).waitFor();
    expect(await page.locator('details[open] > article').getAttribute('aria-label')).to.equal(
      makeRunDetail({ run: 1 }).name,
    );
    await close();
  });
});
