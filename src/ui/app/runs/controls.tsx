import { useEffect, useRef, useState } from 'preact/hooks';

interface ColumnChooserProps {
  readonly known: readonly string[];
  readonly shown: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
}

/** Ticks for all columns that some run has a value in. */
export function ColumnChooser({ known, shown, onChange }: ColumnChooserProps) {
  const [search, setSearch] = useState('');
  const found = known.filter((column) => column.toLowerCase().includes(search.toLowerCase()));
  const toggle = (column: string) =>
    onChange(shown.includes(column) ? shown.filter((each) => each !== column) : [...shown, column]);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    const details = event.currentTarget as HTMLDetailsElement;
    details.open = false;
    details.querySelector('summary')?.focus();
  };
  return (
    <details class="columns" onKeyDown={leave}>
      <summary class="button">Columns</summary>
      <div class="card">
        <input
          type="search"
          value={search}
          aria-label="find a column"
          placeholder="find a column"
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <ul>
          {found.map((column) => (
            <li key={column}>
              <label>
                <input
                  type="checkbox"
                  checked={shown.includes(column)}
                  onChange={() => toggle(column)}
                />{' '}
                {column}
              </label>
            </li>
          ))}
        </ul>
        <button type="button" class="plain" onClick={() => onChange([])}>
          The usual ones
        </button>
      </div>
    </details>
  );
}

/** Between the last key and the question. */
const PAUSE_MS = 250;

interface FilterBoxProps {
  readonly value: string;
  /** Why it makes no sense. */
  readonly error: string | null;
  readonly known: readonly string[];
  readonly onChange: (filter: string) => void;
}

/** A condition as `cifar-run compare --filter` takes it; `/` goes there. */
export function FilterBox({ value, error, known, onChange }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      const isTyping = (event.target as Element).matches('input, textarea');
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', go);
    return () => removeEventListener('keydown', go);
  }, []);
  return (
    <div class="filter">
      <input
        ref={input}
        type="search"
        value={text}
        spellcheck={false}
        autocomplete="off"
        aria-label="filter"
        aria-invalid={error !== null}
        aria-describedby="filter-help"
        placeholder="filter: val_accuracy > 0.9 and experiment = quickstart"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p id="filter-help" class={error ? 'error' : 'hidden'} role={error ? 'alert' : undefined}>
        {error ?? `a condition on ${known.slice(0, 8).join(', ')} and other columns`}
      </p>
    </div>
  );
}
