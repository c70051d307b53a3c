import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import { IsFile } from '../ui/components/islands.tsx';
import { type Report, ReportView } from './report-view.tsx';

/** What `npm run build` makes of report.css and hydrate.tsx. */
export interface ReportAssets {
  readonly style: string;
  readonly script: string;
}

/** By which a file is known to be a report, which another may replace. */
export const GENERATOR = '<meta name="generator" content="cifar-run report">';

/** A report as one HTML file that needs nothing else and may fetch nothing. */
export function reportHtml(report: Report, { style, script }: ReportAssets): string {
  const body = renderToString(
    <IsFile.Provider value={true}>
      <ReportView {...report} />
    </IsFile.Provider>,
  );
  const title = report.comparison?.title ?? report.runs[0]?.name ?? '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${GENERATOR}
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
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

/** Images within the file, its one script, no connection to anywhere. */
function policy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    'img-src data:',
    // Cells carry their colour as a style.
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
