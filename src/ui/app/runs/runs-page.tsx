import { useEffect, useState } from 'preact/hooks';
import { formatCount } from '../../../common/format.ts';
import type { RunWindow } from '../../server/run-table.ts';
import { navigate, runsUrl } from '../router.ts';
import { useServerData } from '../server-data.tsx';
import { ColumnChooser, FilterBox } from './controls.tsx';
import { type Rows, RunRows, rowsAround } from './run-rows.tsx';

/** All runs. The address has the filter, order, columns and selection, for bookmarks and the back button. */
export function RunsPage({ query }: { readonly query: URLSearchParams }) {
  const [rows, setRows] = useState<Rows>(rowsAround(0, 0));
  const { value, error } = useServerData<RunWindow>(`/api/runs?${windowQuery(query, rows)}`, null);
  const selected = query.getAll('run');
  const setParameter = (name: string, value: string) => setQuery(name, value ? [value] : []);
  const toggleRun = (run: string) => {
    const before = currentQuery().getAll('run');
    const others = before.filter((name) => name !== run);
    setQuery('run', others.length < before.length ? others : [...before, run]);
  };
  return (
    <div class="runs">
      <h1 class="hidden">Runs</h1>
      {value && value.sweeps.length > 0 && (
        <nav class="sweeps" aria-label="sweeps">
          <span class="soft">sweeps</span>
          {value.sweeps.map((name) => (
            <a key={name} href={`/sweep/${encodeURIComponent(name)}`}>
              {name}
            </a>
          ))}
        </nav>
      )}
      <div class="tools">
        <FilterBox
          value={query.get('filter') ?? ''}
          error={error}
          known={value?.known ?? []}
          onChange={(filter) => setParameter('filter', filter)}
        />
        <ColumnChooser
          known={value?.known ?? []}
          shown={query.get('columns')?.split(',') ?? value?.columns.map(({ name }) => name) ?? []}
          onChange={(columns) => setParameter('columns', columns.join(','))}
        />
      </div>
      <Selection runs={selected} onClear={() => setQuery('run', [])} />
      {value && <RunCount total={value.total} runs={value.runs} unread={value.unread} />}
      {value && (
        <RunRows
          window={value}
          from={rows.from}
          sort={query.get('sort') ?? ''}
          selected={selected}
          onSort={(sort) => setParameter('sort', sort)}
          onSelect={toggleRun}
          onRows={setRows}
        />
      )}
      {value?.runs === 0 && <NoRuns />}
    </div>
  );
}

/** The query of a request for some rows of the table. */
function windowQuery(query: URLSearchParams, { from, count }: Rows): URLSearchParams {
  const options = ['filter', 'sort', 'columns'].map((name) => [name, query.get(name) ?? '']);
  return new URLSearchParams([...options, ['from', String(from)], ['count', String(count)]]);
}

/** The query of the address, which may be newer than the rendered one if keystrokes are fast. */
function currentQuery(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** Sets a parameter in the address. */
function setQuery(name: string, values: readonly string[]): void {
  const query = currentQuery();
  query.delete(name);
  for (const value of values) query.append(name, value);
  navigate(query.size > 0 ? `/?${query}` : '/', { replace: true });
}

/** Number of shown runs, and of runs that are not read yet if reading takes long. */
function RunCount({ total, runs, unread }: Pick<RunWindow, 'total' | 'runs' | 'unread'>) {
  const [isSlow, setSlow] = useState(false);
  const isReading = unread > 0;
  useEffect(() => {
    const timer = setTimeout(setSlow, 300, isReading);
    return () => clearTimeout(timer);
  }, [isReading]);
  return (
    <p class="soft count" role="status">
      {total === runs ? formatCount(runs) : `${formatCount(total)} of ${formatCount(runs)}`}{' '}
      {runs === 1 ? 'run' : 'runs'}
      {isReading && isSlow && `, ${formatCount(unread)} not read yet`}
    </p>
  );
}

interface SelectionProps {
  readonly runs: readonly string[];
  readonly onClear: () => void;
}

/** The number of selected runs, and links to compare them. */
function Selection({ runs, onClear }: SelectionProps) {
  if (runs.length === 0)
    return <p class="soft selection">Select two or more runs to compare them.</p>;
  return (
    <div class="selection" role="status">
      <span>
        {runs.length} {runs.length === 1 ? 'run' : 'runs'} selected
      </span>
      {runs.length > 1 && (
        <a class="button" href={runsUrl('/compare', runs)}>
          Compare
        </a>
      )}
      {runs.length === 2 && (
        <a class="button" href={runsUrl('/diff', runs.toReversed())}>
          Diff
        </a>
      )}
      <button type="button" class="plain" onClick={onClear}>
        Clear
      </button>
    </div>
  );
}

function NoRuns() {
  return (
    <div class="card empty">
      <p>This folder contains no runs yet. Train a small model in ten seconds:</p>
      <pre>cifar-run configs/quickstart.yaml</pre>
      <p class="soft">The run appears here when it starts.</p>
    </div>
  );
}
