import { useEffect, useRef, useState } from 'preact/hooks';

/** Milliseconds after the last keystroke until the filter applies. */
const TYPING_PAUSE_MS = 250;

interface FilterBoxProps {
  readonly value: string;
  /** The message about an invalid filter. */
  readonly error: string | null;
  readonly known: readonly string[];
  readonly onChange: (filter: string) => void;
}

/** An input for a condition as in `cifar-run compare --filter`. The key `/` moves the focus to it. */
export function FilterBox({ value, error, known, onChange }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const focusOnSlash = (event: KeyboardEvent) => {
      const isTyping = (event.target as Element).matches('input, textarea');
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', focusOnSlash);
    return () => removeEventListener('keydown', focusOnSlash);
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
        {error ?? `a condition on the columns ${known.slice(0, 8).join(', ')} and others`}
      </p>
    </div>
  );
}

interface ColumnChooserProps {
  readonly known: readonly string[];
  readonly shown: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
}

/** A menu with a checkbox for each column. */
export function ColumnChooser({ known, shown, onChange }: ColumnChooserProps) {
  const [search, setSearch] = useState('');
  const matches = known.filter((column) => column.toLowerCase().includes(search.toLowerCase()));
  const toggle = (column: string) =>
    onChange(shown.includes(column) ? shown.filter((each) => each !== column) : [...shown, column]);
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    const details = event.currentTarget as HTMLDetailsElement;
    details.open = false;
    details.querySelector('summary')?.focus();
  };
  return (
    <details class="columns" onKeyDown={closeOnEscape}>
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
          {matches.map((column) => (
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
          Default columns
        </button>
      </div>
    </details>
  );
}
