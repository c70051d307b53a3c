import type { RunDetail } from '../../runs/run-detail.ts';
import { RunView } from '../components/run-view.tsx';
import { Answered } from './answered.tsx';
import { ImagesDialog } from './images.tsx';
import { useAnswer } from './live.ts';
import { PredictBox } from './predict/predict-box.tsx';
import { go, runsUrl, runUrl } from './router.ts';

interface RunPageProps {
  readonly name: string;
  readonly query: URLSearchParams;
}

/** One run, as it goes on. */
export function RunPage({ name, query }: RunPageProps) {
  const answer = useAnswer<RunDetail>(runsUrl('/api/run', [name]), [name]);
  return (
    <Answered answer={answer}>
      {(run) => {
        const names = run.classes?.names ?? [];
        const [truth, taken] = [query.get('truth'), query.get('taken')];
        return (
          <>
            {run.state === 'running' && <RunProgress run={run} />}
            <RunView
              run={run}
              onCell={(row, column) => {
                const cell = { truth: names[row] ?? '', taken: names[column] ?? '' };
                go(`${runUrl(name)}?${new URLSearchParams(cell)}`);
              }}
            >
              {run.classes && <PredictBox run={name} />}
            </RunView>
            {truth !== null && taken !== null && (
              <ImagesDialog
                run={name}
                truth={truth}
                taken={taken}
                onClose={() => go(runUrl(name))}
              />
            )}
          </>
        );
      }}
    </Answered>
  );
}

/** How far it has come, in epochs. */
function RunProgress({ run }: { readonly run: RunDetail }) {
  const planned = run.phases.reduce((sum, phase) => sum + phase.plannedEpochs, 0);
  const done = run.epochs.length;
  return (
    <p class="progress" role="status">
      <progress max={planned} value={done} aria-label="epochs done" /> epoch {done} of {planned}
    </p>
  );
}
