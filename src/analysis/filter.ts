import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';

/** Returns the value of a run in a column. `undefined` means that it has none, which equals null and nothing else. */
export type Lookup = (column: string) => Json | undefined;

/** A column's name in a filter. */
export interface NamedColumn {
  readonly name: string;
  /** Its position in the text, from 0. */
  readonly at: number;
}

/** A condition on a run, and the columns that it names. */
export interface Filter {
  readonly columns: readonly NamedColumn[];
  readonly matches: Condition;
}

type Condition = (lookup: Lookup) => boolean;

/**
 * Parses a filter: `val_accuracy > 0.8 and vars.dropout = 0.25`. It compares columns with a number (`80%` is 0.8), a
 * word or a quoted text, and joins comparisons by `and`, `or`, `not` and parentheses. `~` tests whether a text contains
 * another.
 * @throws InputError with the position of the first mistake.
 */
export function parseFilter(text: string): Filter {
  const parser = new Parser(text);
  return { matches: parser.parse(), columns: parser.columns };
}

/** Words include all characters of paths, as in `phases.fine-tune.epochs` and `model.head[1].dense.units`. */
const TOKEN =
  /(?<quoted>"[^"]*"|'[^']*')|(?<operator><=|>=|!=|==|[<>=~()])|(?<word>[^\s<>=!~()"']+)/y;

interface Token {
  readonly kind: 'quoted' | 'operator' | 'word' | 'end';
  readonly text: string;
  /** Its position in the text, from 0. */
  readonly at: number;
}

const OPERATORS: Readonly<Record<string, (value: Json, other: Json) => boolean>> = {
  '=': (value, other) => value === other,
  '==': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  '~': (value, other) => lowerCase(value).includes(lowerCase(other)),
  '<': ordering((value, other) => value < other),
  '<=': ordering((value, other) => value <= other),
  '>': ordering((value, other) => value > other),
  '>=': ordering((value, other) => value >= other),
};

class Parser {
  readonly columns: NamedColumn[] = [];
  readonly #text: string;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#tokenFrom(0);
  }

  parse(): Condition {
    const condition = this.#disjunction();
    if (this.#next.kind !== 'end') throw this.#expected('and, or, or the end');
    return condition;
  }

  #disjunction(): Condition {
    const conditions = [this.#conjunction()];
    while (this.#accept('or')) conditions.push(this.#conjunction());
    return (lookup) => conditions.some((condition) => condition(lookup));
  }

  #conjunction(): Condition {
    const conditions = [this.#term()];
    while (this.#accept('and')) conditions.push(this.#term());
    return (lookup) => conditions.every((condition) => condition(lookup));
  }

  #term(): Condition {
    if (this.#accept('not')) {
      const condition = this.#term();
      return (lookup) => !condition(lookup);
    }
    if (!this.#accept('(')) return this.#comparison();
    const condition = this.#disjunction();
    if (!this.#accept(')')) throw this.#expected(')');
    return condition;
  }

  #comparison(): Condition {
    if (this.#next.kind !== 'word') throw this.#expected('the name of a column');
    const { text: column, at } = this.#advance();
    const compare = OPERATORS[this.#next.text];
    if (!compare) throw this.#expected(`one of ${Object.keys(OPERATORS).join(' ')}`);
    this.#advance();
    const { kind } = this.#next;
    if (kind !== 'word' && kind !== 'quoted') throw this.#expected('a number or a text');
    const other = parseLiteral(this.#advance());
    this.columns.push({ name: column, at });
    return (lookup) => compare(lookup(column) ?? null, other);
  }

  /** Advances if the next token is this one. */
  #accept(text: string): boolean {
    const isNext = this.#next.kind !== 'quoted' && this.#next.text.toLowerCase() === text;
    if (isNext) this.#advance();
    return isNext;
  }

  #advance(): Token {
    const token = this.#next;
    this.#next = this.#tokenFrom(token.at + token.text.length);
    return token;
  }

  #tokenFrom(start: number): Token {
    const at = start + this.#text.slice(start).search(/\S|$/);
    TOKEN.lastIndex = at;
    const { quoted, operator, word } = TOKEN.exec(this.#text)?.groups ?? {};
    if (quoted !== undefined) return { kind: 'quoted', text: quoted, at };
    if (operator !== undefined) return { kind: 'operator', text: operator, at };
    if (word !== undefined) return { kind: 'word', text: word, at };
    return { kind: 'end', text: this.#text.slice(at), at };
  }

  #expected(what: string): InputError {
    const { text, at } = this.#next;
    const found = text === '' ? 'the end' : text;
    return new InputError(
      `the filter needs ${what} at character ${at + 1}. Received: ${found}, in ${this.#text}`,
    );
  }
}

function parseLiteral({ kind, text }: Token): Json {
  if (kind === 'quoted') return text.slice(1, -1);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const percent = /^([^%]+)%$/.exec(text)?.[1];
  const number = percent === undefined ? Number(text) : Number(percent) / 100;
  return Number.isNaN(number) ? text : number;
}

/** Orders two numbers or two texts, such as times. A number and a text have no order. */
function ordering(compare: <T extends number | string>(value: T, other: T) => boolean) {
  return (value: Json, other: Json): boolean => {
    if (typeof value === 'number' && typeof other === 'number') return compare(value, other);
    return typeof value === 'string' && typeof other === 'string' && compare(value, other);
  };
}

function lowerCase(value: Json): string {
  return formatJson(value).toLowerCase();
}
