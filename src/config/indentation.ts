import { countOf } from '../common/format.ts';

/** An error in a text, in words. */
export interface Explanation {
  readonly offset: number;
  readonly message: string;
}

/** A line with content. */
interface Line {
  /** From 1. */
  readonly number: number;
  /** The offset of its first character that is not a space. */
  readonly offset: number;
  readonly indent: number;
  /** Its text without indentation and comment. */
  readonly text: string;
}

/**
 * Explains an error of YAML by the indentation of the line at an offset, or of the line after it; `null` if these lines are
 * indented as the lines above them allow.
 */
export function explainIndentation(text: string, offset: number): Explanation | null {
  const lines = contentLines(text);
  const at = lines.findLastIndex((line) => line.offset - line.indent <= offset);
  const [line, next] = lines.slice(at, at + 2);
  const isNextDeeper = line && next && next.indent > line.indent;
  return explainLine(lines, at) ?? (isNextDeeper ? explainLine(lines, at + 1) : null);
}

function contentLines(text: string): Line[] {
  let start = 0;
  return text.split('\n').flatMap((written, i): Line[] => {
    const indent = /^ */.exec(written)?.[0].length ?? 0;
    const line = { number: i + 1, offset: start + indent, indent, text: withoutComment(written) };
    start += written.length + 1;
    return line.text === '' ? [] : [line];
  });
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*/, '').trim();
}

/** A column in which a line may start, and the line that started there last. */
interface Column {
  readonly column: number;
  readonly of: Line;
  readonly kind: 'item' | 'key';
}

function explainLine(lines: readonly Line[], index: number): Explanation | null {
  const line = lines[index];
  const before = lines[index - 1];
  if (!line || !before) return null;
  const { offset, indent, text } = line;
  const columns = openColumns(lines.slice(0, index));
  const [innermost] = columns;
  const opensBlock = before.text.endsWith(':') || before.text === '-';
  if (innermost && indent > innermost.column) {
    if (opensBlock) return null;
    if (/^\w+$/.test(before.text) && indent > before.indent) {
      return { offset: before.offset, message: `a colon is missing after ${before.text}` };
    }
    const value = innermost.kind === 'key' ? 'which already has a value' : 'which has no colon';
    const message = `the line is indented under ${nameOf(innermost)}, ${value}; use ${advise([innermost])}`;
    return { offset, message };
  }
  if (columns.length === 0) return null;
  const here = columns.filter(({ column }) => column === indent);
  const [item] = here;
  if (!item) {
    const message = `the indentation of ${countOf(indent, 'space')} matches no line above; use ${advise(nearest(columns, indent))}`;
    return { offset, message };
  }
  if (/^-(\s|$)/.test(text) || here.some(({ kind }) => kind === 'key')) return null;
  if (text.startsWith('-')) return { offset, message: 'a space is missing after the "-"' };
  const keys = columns.filter(({ column, kind }) => kind === 'key' && column > indent).slice(-1);
  const alternative = keys.length > 0 ? `; for a key of the item, use ${advise(keys)}` : '';
  return { offset, message: `a "- " is missing, as for ${nameOf(item)}${alternative}` };
}

/** The two columns nearest to one. */
function nearest(columns: readonly Column[], indent: number): Column[] {
  const byColumn = new Map(columns.map((each) => [each.column, each]));
  const distance = ({ column }: Column) => Math.abs(column - indent);
  return [...byColumn.values()].toSorted((a, b) => distance(a) - distance(b)).slice(0, 2);
}

/** The columns of the blocks around the end of some lines, the innermost first. */
function openColumns(lines: readonly Line[]): Column[] {
  const columns: Column[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const of of lines.toReversed()) {
    if (of.indent >= limit) continue;
    const own: Column[] = [];
    let rest = of.text;
    let column = of.indent;
    for (let dash = /^-\s+/.exec(rest); dash; dash = /^-\s+/.exec(rest)) {
      own.push({ column, of, kind: 'item' });
      column += dash[0].length;
      rest = rest.slice(dash[0].length);
    }
    if (hasColon(rest)) own.push({ column, of, kind: 'key' });
    columns.push(...own.reverse());
    limit = of.indent;
  }
  return columns;
}

/** Tells if a line has a key of a block map: flow maps and lists start with a bracket. */
function hasColon(text: string): boolean {
  return /^(-\s+)*[^\s[{'"-][^[{]*?:(\s|$)/.test(text);
}

/** `4 spaces as for freeze (line 13), or 2 as for - name (line 12)` */
function advise(columns: readonly Column[]): string {
  return columns
    .map(
      (each, i) =>
        `${i === 0 ? countOf(each.column, 'space') : each.column} as for ${nameOf(each)}`,
    )
    .join(', or ');
}

/** The key or the item that starts in a column, and its line: `freeze (line 13)`. */
function nameOf({ of: { text, number }, kind }: Column): string {
  const [name = ''] = text.replace(/^(-\s+)+/, '').split(':');
  return `${kind === 'item' ? '- ' : ''}${name} (line ${number})`;
}
