import type { ComponentChildren } from 'preact';
import { runCharts } from '../../charts/page/run-charts.ts';
import { formatCount, formatDuration } from '../../common/format.ts';
import { formatMetric, parseColumn, VALIDATION_ACCURACY } from '../../experiment/metrics.ts';
import type { RunDetail } from '../../runs/run-detail.ts';
import { ClassResultsView } from './class-results.tsx';
import { showTime } from './format.ts';
import { Hydrated } from './hydrated.tsx';
import { ThumbnailGrid } from './images.tsx';
import { ConfigurationView, EnvironmentView, ReproduceView } from './reproduce.tsx';
import { Heading, Section, StateBadge } from './section.tsx';
import { EpochTable, PhaseTable } from './training-tables.tsx';

interface RunViewProps {
  readonly run: RunDetail;
  /** Called with the class indices of a cell of the confusion matrix that the user chooses. */
  readonly onCell?: (truth: number, predicted: number) => void;
  /** Further sections about the model; they follow the results of its classes. */
  readonly children?: ComponentChildren;
}

/** All of one run: results, curves, classes, images, configuration and how to reproduce it. */
export function RunView({ run, onCell, children }: RunViewProps) {
  const { classes, thumbnails, epochs } = run;
  return (
    <article class="run" id={run.name} aria-label={run.name}>
      <Summary run={run} />
      {epochs.length > 0 && (
        <Section
          title="Curves"
          note="dashed: training, solid: validation; every second phase is shaded"
        >
          <div class="charts">
            {runCharts(epochs).map((chart) => (
              <Hydrated key={chart.title} name="chart" props={chart} />
            ))}
          </div>
          <EpochTable epochs={epochs} />
        </Section>
      )}
      {run.phases.length > 0 && (
        <Section title="Phases">
          <PhaseTable phases={run.phases} />
        </Section>
      )}
      {classes && <ClassResultsView classes={classes} onCell={onCell} />}
      {children}
      {thumbnails && thumbnails.mistakes.length > 0 && (
        <Section title="Incorrect predictions" note="the most confident first">
          <ThumbnailGrid thumbnails={thumbnails.mistakes} />
        </Section>
      )}
      {thumbnails && thumbnails.examples.length > 0 && (
        <Section title="Examples" note="a random sample of the validation split">
          <ThumbnailGrid thumbnails={thumbnails.examples} />
        </Section>
      )}
      {run.configuration.length > 0 && (
        <Section title="Configuration" note="defaults are grey">
          <ConfigurationView pieces={run.configuration} />
        </Section>
      )}
      <Section title="Reproduce this run">
        <ReproduceView run={run} />
      </Section>
      {run.environment && (
        <Section title="Environment">
          <EnvironmentView environment={run.environment} />
        </Section>
      )}
    </article>
  );
}

/** Name, state, error and main numbers of a run. */
function Summary({ run }: { readonly run: RunDetail }) {
  return (
    <header class="summary card">
      <div class="summary-title">
        <Heading>{run.experiment}</Heading>
        <StateBadge state={run.state} />
      </div>
      <p class="soft">
        <code>{run.name}</code>
        {run.started && <>, started {showTime(run.started)}</>}
      </p>
      {run.error && <p class="error">{run.error}</p>}
      <dl class="tiles">
        {tiles(run).map(({ name, value }, i) => (
          <div key={name} class={i === 0 ? 'tile tile-main' : 'tile'}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

interface Tile {
  readonly name: string;
  readonly value: string;
}

/** The final model's metrics, or those of the last epoch until the run finishes; then counts and times. */
function tiles({ metrics, epochs, images, parameters, seed }: RunDetail): Tile[] {
  const last = Object.entries(epochs.at(-1)?.metrics ?? {});
  const latest = last.filter(([name]) => parseColumn(name).split === 'validation');
  const measured = Object.keys(metrics).length > 0 ? Object.entries(metrics) : latest;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return [
    ...measured
      .toSorted(([a], [b]) => Number(b === VALIDATION_ACCURACY) - Number(a === VALIDATION_ACCURACY))
      .map(([name, value]) => ({ name, value: formatMetric(name, value) })),
    { name: 'epochs', value: formatCount(epochs.length) },
    { name: 'training time', value: formatDuration(seconds) },
    ...(parameters === null ? [] : [{ name: 'parameters', value: formatCount(parameters) }]),
    ...(images === null
      ? []
      : [
          { name: 'training images', value: formatCount(images.train) },
          { name: 'validation images', value: formatCount(images.validation) },
        ]),
    ...(seed === null ? [] : [{ name: 'seed', value: String(seed) }]),
  ];
}
