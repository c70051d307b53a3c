import { useEffect, useRef, useState } from 'preact/hooks';

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
