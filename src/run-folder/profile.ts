import { join } from 'node:path';
import { writeAtomic } from '../common/files.ts';
import { alignColumns, formatPercent } from '../common/format.ts';
import type { Profile, ProfiledOperation } from '../engine/engine.ts';

/** Writes profile.txt to read and profile.json to open in chrome://tracing; nothing if there are no profiles. */
export async function writeProfiles(folder: string, profiles: readonly Profile[]): Promise<void> {
  if (profiles.length === 0) return;
  await writeAtomic(join(folder, 'profile.txt'), profiles.map(profileTable).join('\n'));
  await writeAtomic(join(folder, 'profile.json'), chromeTrace(profiles));
}

/**
 * The time of each type of operation in one call of a compiled function, longest first. Operations run in parallel, so
 * that their total may exceed the elapsed time.
 */
function profileTable({ name, milliseconds, operations }: Profile): string {
  const total = totalMilliseconds(operations);
  const types = new Set(operations.map(({ type }) => type));
  const rows = Array.from(types, (type) => {
    const own = operations.filter((operation) => operation.type === type);
    return { type, count: own.length, ms: totalMilliseconds(own) };
  }).toSorted((a, b) => b.ms - a.ms);
  const lines = alignColumns(
    [
      ['operation', 'count', 'ms', 'share'],
      ...rows.map(({ type, count, ms }) => [
        type,
        String(count),
        ms.toFixed(3),
        formatPercent(ms / total, 1),
      ]),
    ],
    ['left', 'right', 'right', 'right'],
  );
  const title = `${name}: ${milliseconds.toFixed(1)} ms, ${total.toFixed(1)} ms in ${operations.length} operations`;
  return `${[title, '', ...lines].join('\n')}\n`;
}

function totalMilliseconds(operations: readonly ProfiledOperation[]): number {
  return operations.reduce((total, { micros }) => total + micros, 0) / 1000;
}

/**
 * The trace that chrome://tracing and ui.perfetto.dev open; each profile is a process.
 * Source: "Trace Event Format", complete events.
 */
function chromeTrace(profiles: readonly Profile[]): string {
  const traceEvents = profiles.flatMap(({ name, operations }, pid) => {
    const start = Math.min(...operations.map(({ startMicros }) => startMicros));
    return [
      { ph: 'M', pid, name: 'process_name', args: { name } },
      ...operations.map((operation) => ({
        ph: 'X',
        pid,
        tid: operation.thread,
        name: operation.type,
        ts: operation.startMicros - start,
        dur: operation.micros,
        args: { operation: operation.name },
      })),
    ];
  });
  return `${JSON.stringify({ traceEvents })}\n`;
}
