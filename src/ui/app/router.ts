import { useEffect, useState } from 'preact/hooks';

/** What the address says. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Shows another address, as a link does, or with `replace` without a step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** The address as it changes: by links, by `go`, and by going back. */
export function usePlace(): Place {
  const [{ pathname, search }, setUrl] = useState(() => new URL(location.href));
  useEffect(() => {
    const look = () => setUrl(new URL(location.href));
    addEventListener('popstate', look);
    return () => removeEventListener('popstate', look);
  }, []);
  return { path: decodeURIComponent(pathname), query: new URLSearchParams(search) };
}

/** Follows a link to another view without loading the page anew; others are left to the browser. */
export function followLink(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const isWithin = link?.getAttribute('href')?.startsWith('#');
  if (
    !link ||
    !isPlain ||
    isWithin ||
    link.origin !== location.origin ||
    link.pathname.startsWith('/files/')
  )
    return;
  event.preventDefault();
  go(link.href);
  scrollTo(0, 0);
}

export function runUrl(name: string): string {
  return `/run/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** `/compare?run=…&run=…` */
export function runsUrl(path: string, names: readonly string[]): string {
  return `${path}?${new URLSearchParams(names.map((name) => ['run', name]))}`;
}
