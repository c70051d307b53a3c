import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import type { RunDetail, Thumbnail } from '../runs/run-detail.ts';
import { IsReport } from '../ui/components/hydrated.tsx';
import { type Report, ReportView } from './report-view.tsx';

/** The bundles that `npm run build` makes of report.css and hydrate.tsx. */
export interface ReportAssets {
  readonly style: string;
  readonly script: string;
}

/** Marks a file as a report, which a new report may overwrite. */
export const GENERATOR = '<meta name="generator" content="cifar-run report">';

/** Upper bound of an image's markup without its data URL. */
const MARKUP_BYTES = 250;

/**
 * A report with as many images of each run as fit into `maxBytes`. A report that is larger without any image is
 * returned as it is.
 */
export function fittedReportHtml(report: Report, assets: ReportAssets, maxBytes: number): string {
  const withoutImages = reportHtml(withThumbnails(report, 0), assets);
  const imageBytes = maxBytes - Buffer.byteLength(withoutImages);
  let count = Math.max(0, ...report.runs.flatMap(thumbnailLists).map(({ length }) => length));
  while (count > 0 && thumbnailBytes(withThumbnails(report, count)) > imageBytes) count--;
  return reportHtml(withThumbnails(report, count), assets);
}

/** The report with at most `count` examples and `count` mistakes of each run. */
function withThumbnails(report: Report, count: number): Report {
  const runs = report.runs.map((run) => {
    const [examples = [], mistakes = []] = thumbnailLists(run).map((list) => list.slice(0, count));
    return { ...run, thumbnails: run.thumbnails && { examples, mistakes } };
  });
  return { ...report, runs };
}

function thumbnailBytes({ runs }: Report): number {
  const thumbnails = runs.flatMap(thumbnailLists).flat();
  return thumbnails.reduce((sum, { url }) => sum + url.length + MARKUP_BYTES, 0);
}

function thumbnailLists({ thumbnails }: RunDetail): (readonly Thumbnail[])[] {
  return thumbnails ? [thumbnails.examples, thumbnails.mistakes] : [];
}

/** A report as one HTML file that needs no other file and may load none. */
export function reportHtml(report: Report, { style, script }: ReportAssets): string {
  const body = renderToString(
    <IsReport.Provider value={true}>
      <ReportView {...report} />
    </IsReport.Provider>,
  );
  const title = report.comparison?.title ?? report.runs[0]?.name ?? '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${GENERATOR}
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${renderToString(<title>{title}</title>)}
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;
}

/** Allows images within the file and its one script, and no connection. */
function contentSecurityPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    'img-src data:',
    // Table cells have their colour in a style attribute.
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
