import type { TopLevelSpec } from 'vega-lite';
import type { EpochRecord } from '../train/callbacks.ts';
import { COLORS, EM_PER_CHARACTER } from './theme.ts';

const NAME_SIZE = 12;
const ROW_HEIGHT = 16;
const LONGEST_NAME = 260;

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];

/** The epochs of a phase, half an epoch beyond the first and the last. */
export interface PhaseSpan {
  readonly phase: string;
  readonly from: number;
  readonly to: number;
}

/** Where each phase begins and ends, in order. */
export function phaseSpans(epochs: readonly Pick<EpochRecord, 'phase' | 'epoch'>[]): PhaseSpan[] {
  const names = new Set(epochs.map(({ phase }) => phase));
  return Array.from(names, (phase) => {
    const own = epochs.filter((record) => record.phase === phase).map(({ epoch }) => epoch);
    return { phase, from: Math.min(...own) - 0.5, to: Math.max(...own) + 0.5 };
  });
}

/**
 * Every second phase shaded, a border where a phase begins, and the phase's name at the border's upper
 * end, in as many rows as the names need to keep clear of each other.
 * @param epochWidth pixels of one epoch.
 */
export function phaseLayers(spans: readonly PhaseSpan[], epochWidth: number): Layers {
  const rows = nameRows(spans, epochWidth);
  return [
    {
      data: { values: spans.filter((_, i) => i % 2 === 1) },
      mark: { type: 'rect', color: 'black', opacity: 0.05 },
      encoding: { x: { field: 'from', type: 'quantitative' }, x2: { field: 'to' } },
    },
    ...spans.map((span, i) => border(span, -((rows[i] ?? 0) + 1) * ROW_HEIGHT)),
  ];
}

/** A line from `top` to the bottom with the name at its upper end. */
function border(span: PhaseSpan, top: number): Layers[number] {
  const text = { align: 'left', baseline: 'top', dx: 4, limit: LONGEST_NAME } as const;
  return {
    data: { values: [span] },
    encoding: { x: { field: 'from', type: 'quantitative' } },
    layer: [
      {
        mark: { type: 'rule', color: COLORS.faint },
        encoding: { y: { value: top }, y2: { value: 'height' } },
      },
      {
        mark: { type: 'text', fontSize: NAME_SIZE, fontWeight: 'bold', ...text },
        encoding: { y: { value: top }, text: { field: 'phase' } },
      },
    ],
  };
}

/** Rows from below: a name goes above those of all phases that begin beneath it. */
function nameRows(spans: readonly PhaseSpan[], epochWidth: number): number[] {
  const rows: number[] = [];
  for (const [i, { phase, from }] of [...spans.entries()].reverse()) {
    const width = Math.min(phase.length * NAME_SIZE * EM_PER_CHARACTER, LONGEST_NAME) + NAME_SIZE;
    const beneath = rows.filter(
      (_, later) => (spans[later]?.from ?? 0) * epochWidth < from * epochWidth + width,
    );
    rows[i] = Math.max(-1, ...beneath) + 1;
  }
  return rows;
}
