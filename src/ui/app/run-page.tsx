import { useEffect, useRef } from 'preact/hooks';
import type { RunDetail } from '../../runs/run-detail.ts';
import { RunView } from '../components/run-view.tsx';
import type { RunImages } from '../server/predictions.ts';
import { SheetImages } from './images.tsx';
import { PredictBox } from './predict/predict-box.tsx';
import { navigate, runsUrl, runUrl } from './router.ts';
import { Loaded, useServerData } from './server-data.tsx';

interface RunPageProps {
  readonly name: string;
  /** `truth` and `predicted` name the classes of the cell whose images are shown. */
  readonly query: URLSearchParams;
}

/** One run; the page follows it while it trains. */
export function RunPage({ name, query }: RunPageProps) {
  const data = useServerData<RunDetail>(runsUrl('/api/run', [name]), [name]);
  const truth = query.get('truth');
  const predicted = query.get('predicted');
  return (
    <Loaded data={data}>
      {(run) => {
        const classNames = run.classes?.names ?? [];
        return (
          <>
            {run.state === 'running' && <RunProgress run={run} />}
            <RunView
              run={run}
              onCell={(row, column) => {
                const cell = { truth: classNames[row] ?? '', predicted: classNames[column] ?? '' };
                navigate(`${runUrl(name)}?${new URLSearchParams(cell)}`);
              }}
            >
              {run.classes && <PredictBox run={name} />}
            </RunView>
            {truth !== null && predicted !== null && (
              <ImagesDialog
                run={name}
                truth={truth}
                predicted={predicted}
                onClose={() => navigate(runUrl(name))}
              />
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function RunProgress({ run }: { readonly run: RunDetail }) {
  const planned = run.phases.reduce((sum, phase) => sum + phase.plannedEpochs, 0);
  const done = run.epochs.length;
  return (
    <p class="progress" role="status">
      <progress max={planned} value={done} aria-label="finished epochs" /> epoch {done} of {planned}
    </p>
  );
}

interface ImagesDialogProps {
  readonly run: string;
  /** Name of the true class. */
  readonly truth: string;
  /** Name of the predicted class. */
  readonly predicted: string;
  readonly onClose: () => void;
}

/** The images behind a cell of the confusion matrix. */
function ImagesDialog({ run, truth, predicted, onClose }: ImagesDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const data = useServerData<RunImages>(runsUrl('/api/images', [run]), [run]);
  useEffect(() => dialog.current?.showModal(), []);
  const title = `${truth} predicted as ${predicted}`;
  return (
    <dialog ref={dialog} class="card" aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <Loaded data={data}>
        {({ images, counts }) => {
          const shown = images.filter(
            (image) => image.truth === truth && image.predicted === predicted,
          );
          const total = counts[truth]?.[predicted] ?? 0;
          const selection = truth === predicted ? 'a random sample' : 'the most confident ones';
          return (
            <>
              <p class="soft">
                {shown.length < total
                  ? `${shown.length} of ${total} validation images, ${selection}`
                  : `${total} validation ${total === 1 ? 'image' : 'images'}`}
              </p>
              <SheetImages run={run} images={shown} />
            </>
          );
        }}
      </Loaded>
    </dialog>
  );
}
