import { useEffect, useRef } from 'preact/hooks';
import { ComparePage } from './compare-page.tsx';
import { DiffPage } from './diff-page.tsx';
import { useConnection } from './live.ts';
import { followLink, type Place, usePlace } from './router.ts';
import { RunPage } from './run-page.tsx';
import { RunsPage } from './runs/runs-page.tsx';
import { SweepPage } from './sweep/sweep-page.tsx';

export function App() {
  const place = usePlace();
  const isConnected = useConnection();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = titleOf(place);
  // Readers of the screen begin anew with each view.
  useEffect(() => {
    document.title = `${title} · cifar-run`;
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [place.path]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links within, which keys follow too.
    <div class="app" onClick={followLink}>
      <a class="skip" href="#main">
        to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/assets/icon.svg" alt="" width="22" height="22" /> cifar-run
        </a>
        {place.path !== '/' && (
          <nav aria-label="where you are">
            <a href="/">runs</a> <span aria-hidden="true">/</span> <span>{title}</span>
          </nav>
        )}
        {!isConnected && (
          <p class="offline" role="status">
            no connection: what is shown may be old
          </p>
        )}
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <View place={place} />
      </main>
    </div>
  );
}

function View({ place }: { readonly place: Place }) {
  const { path, query } = place;
  const runs = query.getAll('run');
  const [, view, ...rest] = path.split('/');
  const name = rest.join('/');
  if (view === '') return <RunsPage query={query} />;
  if (view === 'run') return <RunPage key={name} name={name} query={query} />;
  if (view === 'compare') return <ComparePage key={runs.join()} runs={runs} />;
  if (view === 'diff') return <DiffPage key={runs.join()} runs={runs} />;
  if (view === 'sweep') return <SweepPage key={name} name={name} />;
  return <p class="error">there is nothing at {path}</p>;
}

function titleOf({ path, query }: Place): string {
  const [, view, ...rest] = path.split('/');
  if (view === '') return 'runs';
  if (view === 'compare') return `compare ${query.getAll('run').length} runs`;
  return view === 'diff' ? 'diff' : rest.join('/');
}
