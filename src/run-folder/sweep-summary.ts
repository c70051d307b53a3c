import { join } from 'node:path';
import type { SweepSummary } from '../analysis/sweep-summary.ts';
import { rankCells } from '../analysis/sweep-summary.ts';
import { csvTable } from '../analysis/table-export.ts';
import { cellsTable } from '../analysis/views.ts';
import { effectsChart } from '../charts/effects.ts';
import { heatmapChart } from '../charts/heatmap.ts';
import { parallelChart } from '../charts/parallel.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';

/** With more different values than this, a parameter's are too many for rows of a heat map. */
const MOST_ROWS = 40;

/**
 * Writes the summary of a sweep into its folder: cells.csv, effects.png, and heatmap.png for two parameters or
 * parallel.png for more.
 * @returns the names of the files.
 */
export async function writeSummaryFiles(folder: string, summary: SweepSummary): Promise<string[]> {
  const files = [
    { name: 'cells.csv', content: async () => cellsCsv(summary) },
    ...chartsOf(summary).map(({ name, chart }) => ({ name, content: () => renderPng(chart()) })),
  ];
  for (const { name, content } of files) await writeAtomic(join(folder, name), await content());
  return files.map(({ name }) => name);
}

/** Every metric's mean and deviation, a row for each cell, the best first. */
function cellsCsv({ cells, metric }: SweepSummary): string {
  const metrics = new Set(cells.flatMap((cell) => Object.keys(cell.metrics)));
  return `${csvTable(cellsTable(rankCells(cells, metric), [...metrics]))}\n`;
}

function chartsOf(summary: SweepSummary) {
  const { parameters, effects, cells } = summary;
  const isGrid = parameters.every((parameter) => {
    return new Set(cells.map(({ key }) => JSON.stringify(key[parameter]))).size <= MOST_ROWS;
  });
  const charts = [
    { name: 'effects.png', isFit: effects.length > 0, chart: () => effectsChart(summary) },
    {
      name: 'heatmap.png',
      isFit: effects.length > 0 && parameters.length === 2 && isGrid,
      chart: () => heatmapChart(summary),
    },
    {
      name: 'parallel.png',
      isFit: effects.length > 0 && (parameters.length > 2 || (parameters.length === 2 && !isGrid)),
      chart: () => parallelChart(summary),
    },
  ];
  return charts.filter(({ isFit }) => isFit);
}
