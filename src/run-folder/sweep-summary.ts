import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rankCells, type SweepSummary } from '../analysis/sweep-summary.ts';
import { csvTable } from '../analysis/table-export.ts';
import { cellsTable } from '../analysis/views.ts';
import { effectsChart } from '../charts/effects.ts';
import { heatmapChart } from '../charts/heatmap.ts';
import { parallelChart } from '../charts/parallel.ts';
import { renderPng } from '../charts/render.ts';
import { writeAtomic } from '../common/files.ts';

/** A parameter with more values does not fit in a heat map. */
const MAX_HEATMAP_VALUES = 40;

/**
 * Writes the summary of a sweep into its folder: cells.csv, effects.png, and heatmap.png for two parameters or
 * parallel.png for more.
 * @returns the names of the files.
 */
export async function writeSummaryFiles(folder: string, summary: SweepSummary): Promise<string[]> {
  await writeAtomic(join(folder, 'cells.csv'), cellsCsv(summary));
  const charts = chartsOf(summary);
  for (const [name, chart] of charts) await writeAtomic(join(folder, name), await renderPng(chart));
  const names = charts.map(([name]) => name);
  // The charts of runs that were deleted.
  for (const name of CHARTS)
    if (!names.includes(name)) await rm(join(folder, name), { force: true });
  return ['cells.csv', ...names];
}

const CHARTS = ['effects.png', 'heatmap.png', 'parallel.png'] as const;

/** A row for each cell, best first, with the mean and deviation of every metric. */
function cellsCsv({ cells, metric }: SweepSummary): string {
  const metrics = new Set(cells.flatMap((cell) => Object.keys(cell.metrics)));
  return `${csvTable(cellsTable(rankCells(cells, metric), [...metrics]))}\n`;
}

type NamedChart = [name: (typeof CHARTS)[number], chart: Parameters<typeof renderPng>[0]];

/** No charts for a sweep in which no parameter has an effect yet. */
function chartsOf(summary: SweepSummary): NamedChart[] {
  const { parameters, effects, cells } = summary;
  if (effects.length === 0) return [];
  const fitsHeatmap =
    parameters.length === 2 &&
    parameters.every((parameter) => {
      const values = new Set(cells.map(({ key }) => JSON.stringify(key[parameter])));
      return values.size <= MAX_HEATMAP_VALUES;
    });
  const charts: NamedChart[] = [['effects.png', effectsChart(summary)]];
  if (fitsHeatmap) charts.push(['heatmap.png', heatmapChart(summary)]);
  else if (parameters.length > 1) charts.push(['parallel.png', parallelChart(summary)]);
  return charts;
}
