import type { ComponentChildren } from 'preact';
import type { Answer } from './live.ts';

interface AnsweredProps<T> {
  readonly answer: Answer<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** Shows what the server says; before that, that it was asked, or why there is nothing. */
export function Answered<T>({ answer, children }: AnsweredProps<T>) {
  const { value, error } = answer;
  return (
    <>
      {error && (
        <p class="error card" role="alert">
          {error}
        </p>
      )}
      {value ? children(value) : !error && <p class="soft loading">loading …</p>}
    </>
  );
}
