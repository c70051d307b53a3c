import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ComparePage, DiffPage } from './comparison-pages.tsx';
import { followLink, type Route, useRoute } from './router.ts';
import { RunPage } from './run-page.tsx';
import { RunsPage } from './runs/runs-page.tsx';
import { listenForChanges, useConnection } from './server-data.tsx';
import { SweepPage } from './sweep/sweep-page.tsx';

listenForChanges();
render(<App />, document.getElementById('app') as HTMLElement);

function App() {
  const route = useRoute();
  const isConnected = useConnection();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const title = titleOf(route);
  // Screen readers start at the content of each new view.
  useEffect(() => {
    document.title = `${title} · cifar-run`;
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [route.path]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: it handles clicks on links, which the keyboard makes too.
    <div class="app" onClick={followLink}>
      <a class="skip" href="#main">
        skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/assets/icon.svg" alt="" width="22" height="22" /> cifar-run
        </a>
        {route.path !== '/' && (
          <nav aria-label="breadcrumb">
            <a href="/">runs</a> <span aria-hidden="true">/</span> <span>{title}</span>
          </nav>
        )}
        {!isConnected && (
          <p class="offline" role="status">
            no connection to the server: the page may be out of date
          </p>
        )}
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <View route={route} />
      </main>
    </div>
  );
}

function View({ route }: { readonly route: Route }) {
  const { path, query } = route;
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

function titleOf({ path, query }: Route): string {
  const [, view, ...rest] = path.split('/');
  if (view === '') return 'runs';
  if (view === 'compare') return `compare ${query.getAll('run').length} runs`;
  return view === 'diff' ? 'diff' : rest.join('/');
}
