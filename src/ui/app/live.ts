import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunEvent } from '../server/app.ts';

/** Between two questions of one kind, however often runs change. */
const PAUSE_MS = 400;

/** Names of runs; `null`: any may have changed while there was no connection. */
type Listener = (changed: readonly string[] | null) => void;

const listeners = new Set<Listener>();
const connections = new Set<(isOpen: boolean) => void>();

/** Begins to hear of changes. The browser connects again by itself when the server is back. */
export function listen(): void {
  const events = new EventSource('/api/events');
  let isFirst = true;
  events.onopen = () => {
    for (const tell of connections) tell(true);
    if (!isFirst) for (const tell of listeners) tell(null);
    isFirst = false;
  };
  events.onerror = () => {
    for (const tell of connections) tell(false);
  };
  events.onmessage = ({ data }) => {
    const { changed } = JSON.parse(data) as RunEvent;
    for (const tell of listeners) tell(changed);
  };
}

/** Whether the server can be heard. */
export function useConnection(): boolean {
  const [isOpen, setOpen] = useState(true);
  useEffect(() => {
    connections.add(setOpen);
    return () => void connections.delete(setOpen);
  }, []);
  return isOpen;
}

/** What the server says; while it is asked for something else, what it said before. */
export interface Answer<T> {
  readonly value: T | null;
  readonly error: string | null;
}

/**
 * What the server says at an address, asked again whenever one of some runs changes.
 * @param runs their names; `null`: all.
 */
export function useAnswer<T>(url: string, runs: readonly string[] | null): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, error: null });
  const concerned = useRef(runs);
  concerned.current = runs;
  useEffect(() => {
    const controller = new AbortController();
    let isAsking = false;
    let isStale = false;
    const ask = async () => {
      isStale = true;
      if (isAsking) return;
      isAsking = true;
      while (isStale && !controller.signal.aborted) {
        isStale = false;
        const next = await fetchJson<T>(url, controller.signal);
        if (controller.signal.aborted) return;
        setAnswer(({ value }) => (next.error === null ? next : { value, error: next.error }));
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      isAsking = false;
    };
    const hear: Listener = (changed) => {
      const own = concerned.current;
      if (!changed || !own || changed.some((name) => own.includes(name))) void ask();
    };
    listeners.add(hear);
    void ask();
    return () => {
      listeners.delete(hear);
      controller.abort();
    };
  }, [url]);
  return answer;
}

async function fetchJson<T>(url: string, signal: AbortSignal): Promise<Answer<T>> {
  try {
    const response = await fetch(url, { signal });
    const body = await response.json();
    return response.ok ? { value: body, error: null } : { value: null, error: body.error };
  } catch {
    return { value: null, error: 'the server does not answer' };
  }
}
