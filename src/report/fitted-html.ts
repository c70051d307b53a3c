import type { RunDetail, Thumbnail } from '../runs/run-detail.ts';
import { type ReportAssets, reportHtml } from './report-html.tsx';
import type { Report } from './report-view.tsx';

/** What a image takes beside its data URL. */
const MARKUP_BYTES = 250;

/** A report with so few images of each run that it has at most so many bytes, as far as images are what it takes. */
export function fittedHtml(report: Report, assets: ReportAssets, bytes: number): string {
  const bare = { ...report, runs: report.runs.map((run) => withFew(run, 0)) };
  const left = bytes - Buffer.byteLength(reportHtml(bare, assets));
  return reportHtml({ ...report, runs: fitThumbnails(report.runs, left) }, assets);
}

function fitThumbnails(runs: readonly RunDetail[], bytes: number): readonly RunDetail[] {
  const most = Math.max(0, ...runs.flatMap(listsOf).map(({ length }) => length));
  for (let count = most; count > 0; count--) {
    const fitted = runs.map((run) => withFew(run, count));
    if (bytesOf(fitted) <= bytes) return fitted;
  }
  return runs.map((run) => withFew(run, 0));
}

function withFew(run: RunDetail, count: number): RunDetail {
  const [examples = [], mistakes = []] = listsOf(run).map((list) => list.slice(0, count));
  return { ...run, thumbnails: run.thumbnails && { examples, mistakes } };
}

function bytesOf(runs: readonly RunDetail[]): number {
  const thumbnails = runs.flatMap(listsOf).flat();
  return thumbnails.reduce((sum, { url }) => sum + url.length + MARKUP_BYTES, 0);
}

function listsOf({ thumbnails }: RunDetail): (readonly Thumbnail[])[] {
  return thumbnails ? [thumbnails.examples, thumbnails.mistakes] : [];
}
