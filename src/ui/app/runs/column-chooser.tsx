import { useState } from 'preact/hooks';

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
