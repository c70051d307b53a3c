import type { TopLevelSpec } from 'vega-lite';
import { shortNames } from '../analysis/settings.ts';
import type { Cell, SweepSummary } from '../analysis/sweep-summary.ts';
import { formatJson } from '../common/format.ts';
import { formatMetric } from '../experiment/metrics.ts';
import { axisFormat, describeGoal, extentOf, labelsOf, metricColors } from './axes.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const WIDTH = 1100;
const MIN_CELL_WIDTH = 24;
const MAX_CELL_WIDTH = 96;
/** As a share of a cell's width. */
const CELL_HEIGHT = 0.64;
/** The least width of cells that contain numbers. */
const MIN_WIDTH_FOR_NUMBERS = 64;
const LABEL_SIZE = 12;

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** The mean and deviation of the metric for each pair of values of a sweep's two parameters. */
export function heatmapChart(summary: SweepSummary): TopLevelSpec {
  const { name, metric, parameters, cells, best } = summary;
  const axes = parameters.map((path): Axis => ({ path, labels: labelsOf(cells, path) }));
  const [down, across] = axes.toSorted((a, b) => a.labels.length - b.labels.length);
  if (!down || !across)
    throw new RangeError(`a heat map has two parameters. Received: ${parameters}`);
  const width = Math.max(MIN_CELL_WIDTH, Math.min(MAX_CELL_WIDTH, WIDTH / across.labels.length));
  const domain = extentOf(cells.flatMap((cell) => cell.metrics[metric.name]?.mean ?? []));
  return {
    title: {
      text: name,
      subtitle: `mean ${metric.name} ± standard deviation over seeds; ${describeGoal(metric)}`,
    },
    data: {
      values: cells.map((cell) => ({
        across: formatJson(cell.key[across.path]),
        down: formatJson(cell.key[down.path]),
        mean: cell.metrics[metric.name]?.mean ?? null,
        best: cell === best,
        ...cellText(cell, metric.name, cell === best),
      })),
    },
    width: { step: width },
    height: { step: width * CELL_HEIGHT },
    encoding: {
      x: { field: 'across', type: 'nominal', ...axisOf(across, parameters, width) },
      y: { field: 'down', type: 'nominal', ...axisOf(down, parameters) },
    },
    layer: [
      { mark: { type: 'rect', fill: '#E8E8E8', stroke: 'white', strokeWidth: 2 } },
      {
        transform: [{ filter: 'isValid(datum.mean)' }],
        mark: { type: 'rect', stroke: 'white', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'mean',
            type: 'quantitative',
            scale: { domain, range: metricColors(metric), interpolate: 'rgb' },
            legend: { title: metric.name, format: axisFormat(metric.name), tickCount: 5 },
          },
        },
      },
      {
        transform: [{ filter: 'datum.best' }],
        mark: { type: 'rect', fillOpacity: 0, stroke: COLORS.validation, strokeWidth: 4 },
      },
      ...(width < MIN_WIDTH_FOR_NUMBERS ? [] : textLayers(domain, summary)),
    ],
  };
}

interface Axis {
  readonly path: string;
  readonly labels: readonly string[];
}

/** @param maxWidth pixels of the longest label that is not slanted. */
function axisOf({ path, labels }: Axis, parameters: readonly string[], maxWidth = Infinity) {
  const title = shortNames(parameters)[parameters.indexOf(path)] ?? path;
  const longest = Math.max(...labels.map(({ length }) => length)) * LABEL_SIZE * EM_PER_CHARACTER;
  const labelAngle = longest > maxWidth ? -35 : 0;
  return {
    scale: { domain: [...labels], paddingInner: 0, paddingOuter: 0 },
    axis: { title, ticks: false, domain: false, labelLimit: 220, labelPadding: 6, labelAngle },
  };
}

/** The mean, and below it the deviation and the states of trials that did not finish. */
function textLayers([min, max]: readonly [number, number], { metric }: SweepSummary): Layer[] {
  const middle = (min + max) / 2;
  const bright = metric.goal === 'minimize' ? '<' : '>';
  const color = {
    condition: {
      test: `!isValid(datum.mean) || datum.mean ${bright} ${middle}`,
      value: COLORS.ink,
    },
    value: 'white',
  };
  const text = (field: string, mark: object): Layer => ({
    mark: { type: 'text', ...mark },
    encoding: { text: { field, type: 'nominal' }, color },
  });
  // Together, the two texts are centred in the cell.
  return [
    text('mainText', {
      fontSize: 15,
      fontWeight: 'bold',
      dy: { expr: '-8 * datum.detailLines' },
    }),
    text('details', {
      fontSize: 12,
      lineBreak: '\n',
      dy: { expr: 'datum.mainText ? 20 - 8 * datum.detailLines : 0' },
    }),
  ];
}

function cellText({ metrics, statuses, runs }: Cell, metric: string, isBest: boolean) {
  const spread = metrics[metric];
  const others = Object.entries(statuses)
    .filter(([status]) => status !== 'finished')
    .map(([status, count]) => (runs.length === 1 ? status : `${count} ${status}`));
  const details = [
    ...(spread && spread.sd !== null ? [`± ${formatMetric(metric, spread.sd)}`] : []),
    ...(others.length > 0 ? [others.join(', ')] : []),
  ];
  return {
    mainText: spread ? `${isBest ? '★ ' : ''}${formatMetric(metric, spread.mean)}` : '',
    details: details.join('\n'),
    detailLines: details.length,
  };
}
