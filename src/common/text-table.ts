export type Align = 'left' | 'right';

/** Rows of words in columns as wide as their widest word, two spaces apart. */
export function columns(rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] {
  const widths = aligns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((word, column) => {
        const width = widths[column] ?? 0;
        return aligns[column] === 'right' ? word.padStart(width) : word.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
