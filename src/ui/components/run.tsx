import type { ComponentChildren } from 'preact';
import { runCharts } from '../../charts/page/run-charts.ts';
import type { RunDetail } from '../../runs/run-detail.ts';
import { ClassTable } from './class-table.tsx';
import { ConfusionView } from './confusion/confusion.tsx';
import { EpochTable, PhaseTable } from './epoch-table.tsx';
import { ThumbnailGrid } from './images.tsx';
import { Island } from './islands.tsx';
import { RepeatView } from './repeat.tsx';
import { Section } from './section.tsx';
import { ConfigurationView, EnvironmentView, SummaryView } from './summary.tsx';

interface RunViewProps {
  readonly run: RunDetail;
  /** Is called for a cell of the confusion matrix that is chosen; left out: none can be. */
  readonly onCell?: (truth: number, predicted: number) => void;
  /** What else there is to see of the model, after what its classes gave. */
  readonly children?: ComponentChildren;
}

/** One run, from what it gave to how it is done again. */
export function RunView({ run, onCell, children }: RunViewProps) {
  const { classes, thumbnails, epochs } = run;
  return (
    <article class="run" id={run.name} aria-label={run.name}>
      <SummaryView run={run} />
      {epochs.length > 0 && (
        <Section
          title="Curves"
          note="training dashed, validation solid; shaded: every second phase"
        >
          <div class="charts">
            {runCharts(epochs).map((chart) => (
              <Island key={chart.title} name="chart" props={chart} />
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
      {classes && (
        <Section title="Confusion matrix" note="rows: true class, columns: predicted class">
          <ConfusionView classes={classes} onCell={onCell} />
        </Section>
      )}
      {classes && (
        <Section title="Classes">
          <ClassTable classes={classes} />
        </Section>
      )}
      {children}
      {thumbnails && thumbnails.mistakes.length > 0 && (
        <Section title="Hardest mistakes" note="wrong answers, the surest first">
          <ThumbnailGrid thumbnails={thumbnails.mistakes} />
        </Section>
      )}
      {thumbnails && thumbnails.examples.length > 0 && (
        <Section title="Examples" note="validation images at random">
          <ThumbnailGrid thumbnails={thumbnails.examples} />
        </Section>
      )}
      {run.configuration.length > 0 && (
        <Section title="Configuration" note="grey: the defaults">
          <ConfigurationView pieces={run.configuration} />
        </Section>
      )}
      <Section title="How to repeat it">
        <RepeatView run={run} />
      </Section>
      {run.environment && (
        <Section title="Environment">
          <EnvironmentView environment={run.environment} />
        </Section>
      )}
    </article>
  );
}
