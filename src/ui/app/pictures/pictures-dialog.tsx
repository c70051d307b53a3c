import { useEffect, useRef } from 'preact/hooks';
import type { RunPictures } from '../../pictures.ts';
import { Answered } from '../answered.tsx';
import { useAnswer } from '../live.ts';
import { runsUrl } from '../router.ts';
import { TileGrid } from './tile-grid.tsx';

interface PicturesDialogProps {
  readonly run: string;
  /** Names of classes: what the pictures are, and what they were taken for. */
  readonly truth: string;
  readonly taken: string;
  readonly onClose: () => void;
}

/** The pictures behind a cell of the confusion matrix. */
export function PicturesDialog({ run, truth, taken, onClose }: PicturesDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useAnswer<RunPictures>(runsUrl('/api/pictures', [run]), [run]);
  useEffect(() => dialog.current?.showModal(), []);
  const title = truth === taken ? `${truth}, and taken for it` : `${truth}, taken for ${taken}`;
  return (
    <dialog ref={dialog} class="card" aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <Answered answer={answer}>
        {({ pictures, counts }) => {
          const own = pictures.filter((each) => each.truth === truth && each.predicted === taken);
          const all = counts[truth]?.[taken] ?? 0;
          return (
            <>
              <p class="soft">
                {all === own.length
                  ? `${all === 1 ? 'one validation picture' : `all ${all} validation pictures`}`
                  : `${own.length} of ${all} validation pictures, ${truth === taken ? 'at random' : 'the surest ones'}`}
              </p>
              <TileGrid run={run} pictures={own} />
            </>
          );
        }}
      </Answered>
    </dialog>
  );
}
