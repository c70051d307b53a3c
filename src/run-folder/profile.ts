import { join } from 'node:path';
import { writeAtomic } from '../common/files.ts';
import { alignColumns } from '../common/format.ts';
import type { Profile, ProfiledOperation } from '../engine/engine.ts';

const sum = (operations: readonly ProfiledOperation[]) =>
  operations.reduce((total, { micros }) => total + micros, 0) / 1000;

/**
 * Where the time of one run goes, the costliest type of operation first. Operations run side by side, so
 * that their times together may exceed the clock's.
 */
function profileTable({ name, milliseconds, operations }: Profile): string {
  const total = sum(operations);
  const rows = [...new Set(operations.map(({ type }) => type))]
    .map((type) => ({ type, own: operations.filter((operation) => operation.type === type) }))
    .map(({ type, own }) => ({ type, count: own.length, ms: sum(own) }))
    .sort((a, b) => b.ms - a.ms)
    .map(({ type, count, ms }) => [
      type,
      `${count}`,
      ms.toFixed(3),
      `${((100 * ms) / total).toFixed(1)} %`,
    ]);
  const lines = alignColumns(
    [['operation', 'count', 'ms', 'share'], ...rows],
    ['left', 'right', 'right', 'right'],
  );
  const title = `${name}: ${milliseconds.toFixed(1)} ms, ${total.toFixed(1)} ms in ${operations.length} operations`;
  return `${[title, '', ...lines].join('\n')}\n`;
}

/**
 * What chrome://tracing and ui.perfetto.dev open, a process each profile.
 * Source: "Trace Event Format", complete events.
 */
function chromeTrace(profiles: readonly Profile[]): string {
  const traceEvents = profiles.flatMap(({ name, operations }, pid) => {
    const begin = Math.min(...operations.map(({ startMicros }) => startMicros));
    return [
      { ph: 'M', pid, name: 'process_name', args: { name } },
      ...operations.map((operation) => ({
        ph: 'X',
        pid,
        tid: operation.thread,
        name: operation.type,
        ts: operation.startMicros - begin,
        dur: operation.micros,
        args: { operation: operation.name },
      })),
    ];
  });
  return `${JSON.stringify({ traceEvents })}\n`;
}

/** Writes profile.txt, to read, and profile.json, to open in chrome://tracing; nothing where there are none. */
export async function writeProfiles(folder: string, profiles: readonly Profile[]): Promise<void> {
  if (profiles.length === 0) return;
  await writeAtomic(join(folder, 'profile.txt'), profiles.map(profileTable).join('\n'));
  await writeAtomic(join(folder, 'profile.json'), chromeTrace(profiles));
}
