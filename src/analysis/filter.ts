import { InputError } from '../common/errors.ts';
import { formatJson } from '../common/format.ts';
import type { Json } from '../common/json.ts';

/** What a run has in a column; `undefined` where it has nothing, which equals null and nothing else. */
export type Lookup = (column: string) => Json | undefined;

/** The name of a column within a filter. */
export interface NamedColumn {
  readonly name: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

/** A condition on a run, and the columns that it names. */
export interface Filter {
  readonly columns: readonly NamedColumn[];
  readonly holds: Condition;
}

type Condition = (lookup: Lookup) => boolean;

/**
 * `val_accuracy > 0.8 and vars.dropout = 0.25`: comparisons of a column with a number (`80%` is 0.8), a
 * word or a text in quotes, joined by `and`, `or`, `not` and parentheses; `~` asks whether a text holds
 * another.
 * @throws InputError that says where the text makes no sense.
 */
export function parseFilter(text: string): Filter {
  const parser = new Parser(text);
  return { holds: parser.parse(), columns: parser.columns };
}

/** Names hold what paths hold, as in `phases.fine-tune.epochs` and `model.head[1].dense.units`. */
const TOKEN =
  /(?<quoted>"[^"]*"|'[^']*')|(?<operator><=|>=|!=|==|[<>=~()])|(?<word>[^\s<>=!~()"']+)/y;

interface Token {
  readonly kind: 'quoted' | 'operator' | 'word' | 'end';
  readonly text: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

const OPERATORS: Readonly<Record<string, (value: Json, other: Json) => boolean>> = {
  '=': (value, other) => value === other,
  '==': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  '~': (value, other) => lower(value).includes(lower(other)),
  '<': ordered((value, other) => value < other),
  '<=': ordered((value, other) => value <= other),
  '>': ordered((value, other) => value > other),
  '>=': ordered((value, other) => value >= other),
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
    const condition = this.#either();
    if (this.#next.kind !== 'end') throw this.#expected('and, or, or the end');
    return condition;
  }

  #either(): Condition {
    const options = [this.#all()];
    while (this.#takes('or')) options.push(this.#all());
    return (lookup) => options.some((holds) => holds(lookup));
  }

  #all(): Condition {
    const conditions = [this.#one()];
    while (this.#takes('and')) conditions.push(this.#one());
    return (lookup) => conditions.every((holds) => holds(lookup));
  }

  #one(): Condition {
    if (this.#takes('not')) {
      const condition = this.#one();
      return (lookup) => !condition(lookup);
    }
    if (!this.#takes('(')) return this.#comparison();
    const condition = this.#either();
    if (!this.#takes(')')) throw this.#expected(')');
    return condition;
  }

  #comparison(): Condition {
    if (this.#next.kind !== 'word') throw this.#expected('the name of a column');
    const { text: column, at } = this.#take();
    const compare = OPERATORS[this.#next.text];
    if (!compare) throw this.#expected(`one of ${Object.keys(OPERATORS).join(' ')}`);
    this.#take();
    const { kind } = this.#next;
    if (kind !== 'word' && kind !== 'quoted') throw this.#expected('a number or a text');
    const other = literal(this.#take());
    this.columns.push({ name: column, at });
    return (lookup) => compare(lookup(column) ?? null, other);
  }

  /** Goes on if the next token is this one. */
  #takes(text: string): boolean {
    const isNext = this.#next.kind !== 'quoted' && this.#next.text.toLowerCase() === text;
    if (isNext) this.#take();
    return isNext;
  }

  #take(): Token {
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

function literal({ kind, text }: Token): Json {
  if (kind === 'quoted') return text.slice(1, -1);
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  const percent = /^([^%]+)%$/.exec(text)?.[1];
  const number = percent === undefined ? Number(text) : Number(percent) / 100;
  return Number.isNaN(number) ? text : number;
}

/** Numbers are ordered, and so are texts, such as times; a number and a text are not. */
function ordered(compare: <T extends number | string>(value: T, other: T) => boolean) {
  return (value: Json, other: Json): boolean => {
    if (typeof value === 'number' && typeof other === 'number') return compare(value, other);
    return typeof value === 'string' && typeof other === 'string' && compare(value, other);
  };
}

function lower(value: Json): string {
  return formatJson(value).toLowerCase();
}
