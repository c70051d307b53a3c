import type { RunDetail } from './run-detail.ts';
import { SummaryView } from './summary.tsx';

/** One run, from what it gave to how it is done again. */
export function RunView({ run }: { readonly run: RunDetail }) {
  return (
    <article class="run" aria-label={run.name}>
      <SummaryView run={run} />
    </article>
  );
}
