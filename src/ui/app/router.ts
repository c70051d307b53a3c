import { useEffect, useState } from 'preact/hooks';

/** The view that the address names. */
export interface Route {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Goes to another address of the page, as a link does; `replace` adds no entry to the history. */
export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** The current route; it follows links, `navigate` and the back button. */
export function useRoute(): Route {
  const [{ pathname, search }, setUrl] = useState(() => new URL(location.href));
  useEffect(() => {
    const update = () => setUrl(new URL(location.href));
    addEventListener('popstate', update);
    return () => removeEventListener('popstate', update);
  }, []);
  return { path: decodeURIComponent(pathname), query: new URLSearchParams(search) };
}

/** Opens a link to another view without a page load; the browser opens all other links. */
export function followLink(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  const isPlainClick = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const isAnchor = link?.getAttribute('href')?.startsWith('#');
  if (
    !link ||
    !isPlainClick ||
    isAnchor ||
    link.origin !== location.origin ||
    link.pathname.startsWith('/files/')
  )
    return;
  event.preventDefault();
  navigate(link.href);
  scrollTo(0, 0);
}

export function runUrl(name: string): string {
  return `/run/${encodePath(name)}`;
}

/** `/compare?run=…&run=…` */
export function runsUrl(path: string, names: readonly string[]): string {
  return `${path}?${new URLSearchParams(names.map((name) => ['run', name]))}`;
}

/** The address of a file in a run's folder. */
export function fileUrl(run: string, file: string): string {
  return `/files/${encodePath(run)}/${file}`;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
