import { flatSettings } from '../../analysis/settings.ts';
import { duration, showCount } from '../../common/format.ts';
import type { Json } from '../../common/json.ts';
import type { MarkedText } from '../../config/mark-defaults.ts';
import type { RunDetail } from '../../runs/run-detail.ts';
import { showMeasure, showTime } from './format.ts';
import { Heading, NameValueTable, StateBadge } from './section.tsx';

/** What a run is and gave, in one look. */
export function SummaryView({ run }: { readonly run: RunDetail }) {
  return (
    <header class="summary card">
      <div class="summary-title">
        <Heading>{run.experiment}</Heading>
        <StateBadge state={run.state} />
      </div>
      <p class="soft">
        <code>{run.name}</code>
        {run.started && <>, begun {showTime(run.started)}</>}
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

/** The model's metrics, those of the last epoch while there is no finished one, and what they took. */
function tiles({ metrics, epochs, images, parameters, seed }: RunDetail): Tile[] {
  const last = Object.entries(epochs.at(-1)?.metrics ?? {});
  const latest = last.filter(([name]) => name.startsWith('val_'));
  const measured = Object.keys(metrics).length > 0 ? Object.entries(metrics) : latest;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return [
    ...measured
      .toSorted(([a], [b]) => Number(b === 'val_accuracy') - Number(a === 'val_accuracy'))
      .map(([name, value]) => ({ name, value: showMeasure(name, value) })),
    { name: 'epochs', value: showCount(epochs.length) },
    { name: 'time of training', value: duration(seconds) },
    ...(parameters === null ? [] : [{ name: 'parameters', value: showCount(parameters) }]),
    ...(images === null
      ? []
      : [
          { name: 'training images', value: showCount(images.train) },
          { name: 'validation images', value: showCount(images.validation) },
        ]),
    ...(seed === null ? [] : [{ name: 'seed', value: String(seed) }]),
  ];
}

/** What a run was done with. */
export function EnvironmentView({
  environment,
}: {
  readonly environment: { readonly [name: string]: Json };
}) {
  const { arguments: _, weightHashes: __, dataHash: ___, ...rest } = environment;
  return <NameValueTable entries={Object.entries(flatSettings(rest))} />;
}

/** An experiment with every default filled in, as text to be copied; what is only a default is grey. */
export function ConfigurationView({ pieces }: { readonly pieces: readonly MarkedText[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <pre tabIndex={0}>
      {pieces.map(({ text, isDefault }) => (isDefault ? <i>{text}</i> : text))}
    </pre>
  );
}
