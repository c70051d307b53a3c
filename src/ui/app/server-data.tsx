import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunEvent } from '../server/app.ts';

/** Least milliseconds between two requests of the same data, however often runs change. */
const REFRESH_INTERVAL_MS = 400;

/** Gets the names of changed runs; `null` if any may have changed while there was no connection. */
type ChangeListener = (changed: readonly string[] | null) => void;

const changeListeners = new Set<ChangeListener>();
const connectionListeners = new Set<(isOpen: boolean) => void>();

/** Opens the server's event stream. The browser reconnects by itself. */
export function listenForChanges(): void {
  const events = new EventSource('/api/events');
  let isFirst = true;
  events.onopen = () => {
    for (const listener of connectionListeners) listener(true);
    if (!isFirst) for (const listener of changeListeners) listener(null);
    isFirst = false;
  };
  events.onerror = () => {
    for (const listener of connectionListeners) listener(false);
  };
  events.onmessage = ({ data }) => {
    const { changed } = JSON.parse(data) as RunEvent;
    for (const listener of changeListeners) listener(changed);
  };
}

/** True while the event stream is open. */
export function useConnection(): boolean {
  const [isOpen, setOpen] = useState(true);
  useEffect(() => {
    connectionListeners.add(setOpen);
    return () => void connectionListeners.delete(setOpen);
  }, []);
  return isOpen;
}

/** Data from the server. Until the first response both are `null`; after an error the last value stays. */
export interface ServerData<T> {
  readonly value: T | null;
  readonly error: string | null;
}

/**
 * Fetches JSON from the server, and again whenever one of some runs changes.
 * @param runs their names; `null` for all runs
 */
export function useServerData<T>(url: string, runs: readonly string[] | null): ServerData<T> {
  const [data, setData] = useState<ServerData<T>>({ value: null, error: null });
  const watched = useRef(runs);
  watched.current = runs;
  useEffect(() => {
    const controller = new AbortController();
    let isFetching = false;
    let isStale = false;
    const refresh = async () => {
      isStale = true;
      if (isFetching) return;
      isFetching = true;
      while (isStale && !controller.signal.aborted) {
        isStale = false;
        const next = await fetchJson<T>(url, controller.signal);
        if (controller.signal.aborted) return;
        setData(({ value }) => (next.error === null ? next : { value, error: next.error }));
        await new Promise((resolve) => setTimeout(resolve, REFRESH_INTERVAL_MS));
      }
      isFetching = false;
    };
    const onChange: ChangeListener = (changed) => {
      const names = watched.current;
      if (!changed || !names || changed.some((name) => names.includes(name))) void refresh();
    };
    changeListeners.add(onChange);
    void refresh();
    return () => {
      changeListeners.delete(onChange);
      controller.abort();
    };
  }, [url]);
  return data;
}

async function fetchJson<T>(url: string, signal: AbortSignal): Promise<ServerData<T>> {
  try {
    const response = await fetch(url, { signal });
    const body = await response.json();
    return response.ok ? { value: body, error: null } : { value: null, error: body.error };
  } catch {
    return { value: null, error: 'the server does not respond' };
  }
}

interface LoadedProps<T> {
  readonly data: ServerData<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** Shows the server's data once they are there; before that, a line that they are loading; any error above them. */
export function Loaded<T>({ data: { value, error }, children }: LoadedProps<T>) {
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
