import type { RunDetail } from './run-detail.ts';
import { StateBadge } from './state-badge.tsx';

/** What a run is and gave, in one look. */
export function SummaryView({ run }: { readonly run: RunDetail }) {
  return (
    <header class="summary">
      <h2>{run.experiment}</h2>
      <p class="soft">
        <StateBadge state={run.state} /> <code>{run.name}</code>
      </p>
      {run.error && <p class="error">{run.error}</p>}
    </header>
  );
}
