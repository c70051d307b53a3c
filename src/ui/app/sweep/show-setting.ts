import type { SweepCell } from '../../several.ts';

/** A value of a parameter as the file has it. */
export function showSetting({ key }: SweepCell, path: string): string {
  const value = key[path] ?? null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
