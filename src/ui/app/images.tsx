import { useEffect, useRef } from 'preact/hooks';
import { ClassifiedImage } from '../components/images.tsx';
import { Section } from '../components/section.tsx';
import type { RunImages, SheetImage } from '../server/images.ts';
import { Answered } from './answered.tsx';
import { useAnswer } from './live.ts';
import { runsUrl } from './router.ts';

interface FlippedImagesProps {
  /** The second run, whose answers are shown. */
  readonly run: string;
  readonly fixed: readonly number[];
  readonly broken: readonly number[];
}

/** Images that only one of two runs got right, as far as the second one keeps them. */
export function FlippedImages({ run, fixed, broken }: FlippedImagesProps) {
  const { value } = useAnswer<RunImages>(runsUrl('/api/images', [run]), [run]);
  const parts = [
    { title: 'Broken', note: 'only the first run got them right', indexes: broken },
    { title: 'Fixed', note: 'only the second run got them right', indexes: fixed },
  ];
  return (
    <>
      {parts
        .filter(({ indexes }) => indexes.length > 0)
        .map(({ title, note, indexes }) => {
          const own = value?.images.filter(({ index }) => indexes.includes(index)) ?? [];
          return (
            <Section key={title} title={`${title}: ${indexes.length}`} note={note}>
              <TileGrid run={run} images={own} />
            </Section>
          );
        })}
    </>
  );
}

interface ImagesDialogProps {
  readonly run: string;
  /** Names of classes: what the images are, and what they were taken for. */
  readonly truth: string;
  readonly taken: string;
  readonly onClose: () => void;
}

/** The images behind a cell of the confusion matrix. */
export function ImagesDialog({ run, truth, taken, onClose }: ImagesDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useAnswer<RunImages>(runsUrl('/api/images', [run]), [run]);
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
        {({ images, counts }) => {
          const own = images.filter((each) => each.truth === truth && each.predicted === taken);
          const all = counts[truth]?.[taken] ?? 0;
          return (
            <>
              <p class="soft">
                {all === own.length
                  ? `${all === 1 ? 'one validation image' : `all ${all} validation images`}`
                  : `${own.length} of ${all} validation images, ${truth === taken ? 'at random' : 'the surest ones'}`}
              </p>
              <TileGrid run={run} images={own} />
            </>
          );
        }}
      </Answered>
    </dialog>
  );
}

interface TileGridProps {
  readonly run: string;
  readonly images: readonly SheetImage[];
}

/** The surest first. */
export function TileGrid({ run, images }: TileGridProps) {
  const sheet = `/files/${run.split('/').map(encodeURIComponent).join('/')}/images.webp`;
  return (
    <ul class="thumbnails">
      {images
        .toSorted((a, b) => b.confidence - a.confidence)
        .map((image) => (
          <li key={image.index}>
            <Tile sheet={sheet} image={image} />
          </li>
        ))}
    </ul>
  );
}

interface TileProps {
  /** Address of the sheet. */
  readonly sheet: string;
  readonly image: SheetImage;
}

/** A image of the sheet over what it was taken for. */
export function Tile({ sheet, image }: TileProps) {
  const { index, truth, tile } = image;
  const { left, top, width, height, sheetWidth, sheetHeight } = tile;
  return (
    <ClassifiedImage {...image}>
      <svg
        class="image"
        viewBox={`${left} ${top} ${width} ${height}`}
        role="img"
        aria-label={`validation image ${index}, of class ${truth}`}
      >
        <image href={sheet} width={sheetWidth} height={sheetHeight} />
      </svg>
    </ClassifiedImage>
  );
}
