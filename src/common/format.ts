import type { Json } from './json.ts';

/** Formats `21605002` as `21,605,002`. (`toLocaleString` takes 20 ms to load its tables.) */
export function formatCount(number: number): string {
  return String(number).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}

/** Formats bytes as whole megabytes without the unit: `1,234`. */
export function megabytes(bytes: number): string {
  return formatCount(Math.round(bytes / 1e6));
}

/** Formats a number of things: `1 run`, `1,200 runs`. @param noun one whose plural ends with an s. */
export function countOf(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Formats `0.8736` as `87.36 %`. */
export function formatPercent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Enough decimal digits to restore every float32 exactly. */
const FLOAT32_DIGITS = 9;

/** The short decimal number that stands for a float32 in files: 0.1 for 0.10000000149. */
export function exactDecimal(value: number): number {
  return Number(value.toPrecision(FLOAT32_DIGITS));
}

/** Formats a duration as `42 s`, `3:05` or `2:03:05`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const total = Math.round(seconds);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const rest = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** Formats a value as short text; numbers that are not integers get four significant digits. */
export function formatJson(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** `windows` is both cmd and PowerShell. */
export type Shell = 'posix' | 'windows';

/** Quotes arguments for a shell: `cifar-run my.yaml --set 'vars={a: 1}'`. */
export function shellLine(words: readonly string[], shell: Shell): string {
  return words.map(shell === 'windows' ? quoteForWindows : quoteForPosix).join(' ');
}

function quoteForPosix(word: string): string {
  return /^[\w./:=,@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A backslash is an ordinary character, except before a quotation mark. A comma makes a list in PowerShell. */
function quoteForWindows(word: string): string {
  if (/^[\w./\\:=+-]+$/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

export type Align = 'left' | 'right';

/** Formats rows of cells as lines with aligned columns, two spaces apart. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  aligns: readonly Align[],
): string[] {
  const widths = aligns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return aligns[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
