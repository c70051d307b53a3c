import type { RunState } from '../record/status.ts';

/** How a run is doing; its colour only repeats what the word says. */
export function StateBadge({ state }: { readonly state: RunState }) {
  return <span class={`state state-${state}`}>{state}</span>;
}
