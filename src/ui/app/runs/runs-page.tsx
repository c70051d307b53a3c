import { useEffect, useState } from 'preact/hooks';
import { showCount } from '../../../common/format.ts';
import type { RunWindow } from '../../server/run-table.ts';
import { useAnswer } from '../live.ts';
import { go, runsUrl } from '../router.ts';
import { ColumnChooser, FilterBox } from './controls.tsx';
import { type Rows, RunRows, rowsAround } from './run-rows.tsx';

/** All runs. What is asked for and chosen is in the address, so that it can be kept and gone back to. */
export function RunsPage({ query }: { readonly query: URLSearchParams }) {
  const [rows, setRows] = useState<Rows>(rowsAround(0, 0));
  const { value, error } = useAnswer<RunWindow>(`/api/runs?${asked(query, rows)}`, null);
  const chosen = query.getAll('run');
  const change = (name: string, to: string) => go(changed(name, to ? [to] : []), REPLACE);
  const choose = (run: string) => {
    const before = currentQuery().getAll('run');
    const others = before.filter((each) => each !== run);
    go(changed('run', others.length < before.length ? others : [...before, run]), REPLACE);
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
          onChange={(filter) => change('filter', filter)}
        />
        <ColumnChooser
          known={value?.known ?? []}
          shown={query.get('columns')?.split(',') ?? value?.columns.map(({ name }) => name) ?? []}
          onChange={(columns) => change('columns', columns.join(','))}
        />
      </div>
      <Chosen runs={chosen} onClear={() => go(changed('run', []), REPLACE)} />
      {value && <Count {...value} />}
      {value && (
        <RunRows
          window={value}
          from={rows.from}
          sort={query.get('sort') ?? ''}
          chosen={chosen}
          onSort={(sort) => change('sort', sort)}
          onChoose={choose}
          onRows={setRows}
        />
      )}
      {value?.runs === 0 && <NoRuns />}
    </div>
  );
}

const REPLACE = { replace: true };

function asked(query: URLSearchParams, { from, count }: Rows): URLSearchParams {
  const kept = ['filter', 'sort', 'columns'].map((name) => [name, query.get(name) ?? '']);
  return new URLSearchParams([...kept, ['from', String(from)], ['count', String(count)]]);
}

/** Of the address as it is by now: keys may come faster than what is drawn. */
function currentQuery(): URLSearchParams {
  return new URLSearchParams(location.search);
}

function changed(name: string, values: readonly string[]): string {
  const next = currentQuery();
  next.delete(name);
  for (const value of values) next.append(name, value);
  return next.size > 0 ? `/?${next}` : '/';
}

function Count({ total, runs, unread }: RunWindow) {
  const [isSlow, setSlow] = useState(false);
  const isReading = unread > 0;
  useEffect(() => {
    const timer = setTimeout(setSlow, 300, isReading);
    return () => clearTimeout(timer);
  }, [isReading]);
  return (
    <p class="soft count" role="status">
      {total === runs ? showCount(runs) : `${showCount(total)} of ${showCount(runs)}`}{' '}
      {runs === 1 ? 'run' : 'runs'}
      {isReading && isSlow && `, ${showCount(unread)} still being read`}
    </p>
  );
}

function Chosen({
  runs,
  onClear,
}: {
  readonly runs: readonly string[];
  readonly onClear: () => void;
}) {
  if (runs.length === 0) return <p class="soft chosen">Tick two or more runs to compare them.</p>;
  return (
    <div class="chosen" role="status">
      <span>
        {runs.length} {runs.length === 1 ? 'run' : 'runs'} ticked
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
      <p>There is no run in this folder yet. The first takes ten seconds:</p>
      <pre>cifar-run configs/quickstart.yaml</pre>
      <p class="soft">It appears here as it begins.</p>
    </div>
  );
}
