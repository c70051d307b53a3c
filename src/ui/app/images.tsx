import { ClassifiedImage } from '../components/images.tsx';
import { Section } from '../components/section.tsx';
import type { RunImages, SheetImage } from '../server/predictions.ts';
import { fileUrl, runsUrl } from './router.ts';
import { useServerData } from './server-data.tsx';

interface ChangedPredictionsProps {
  /** The second run, whose predictions are shown. */
  readonly run: string;
  /** Positions in the validation split. */
  readonly newlyCorrect: readonly number[];
  readonly newlyIncorrect: readonly number[];
}

/** Images that only one of two runs predicts correctly, if the second run's folder contains them. */
export function ChangedPredictions({ run, newlyCorrect, newlyIncorrect }: ChangedPredictionsProps) {
  const { value } = useServerData<RunImages>(runsUrl('/api/images', [run]), [run]);
  const groups = [
    {
      title: 'Newly incorrect',
      note: 'only the first run predicts these images correctly',
      indexes: newlyIncorrect,
    },
    {
      title: 'Newly correct',
      note: 'only the second run predicts these images correctly',
      indexes: newlyCorrect,
    },
  ];
  return (
    <>
      {groups
        .filter(({ indexes }) => indexes.length > 0)
        .map(({ title, note, indexes }) => {
          const images = value?.images.filter(({ index }) => indexes.includes(index)) ?? [];
          return (
            <Section key={title} title={`${title}: ${indexes.length}`} note={note}>
              <SheetImages run={run} images={images} />
            </Section>
          );
        })}
    </>
  );
}

interface SheetImagesProps {
  readonly run: string;
  readonly images: readonly SheetImage[];
}

/** Images from the sheet in a run's folder, the most confident prediction first. */
export function SheetImages({ run, images }: SheetImagesProps) {
  const sheet = fileUrl(run, 'images.webp');
  return (
    <ul class="thumbnails">
      {images
        .toSorted((a, b) => b.confidence - a.confidence)
        .map(({ index, image, truth, predicted, confidence, tile }) => (
          <li key={index}>
            <ClassifiedImage
              image={image}
              truth={truth}
              predicted={predicted}
              confidence={confidence}
            >
              <svg
                class="image"
                viewBox={`${tile.left} ${tile.top} ${tile.width} ${tile.height}`}
                role="img"
                aria-label={`${image}, of class ${truth}`}
              >
                <image href={sheet} width={tile.sheetWidth} height={tile.sheetHeight} />
              </svg>
            </ClassifiedImage>
          </li>
        ))}
    </ul>
  );
}
