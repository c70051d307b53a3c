import { Section } from '../../../page/section.tsx';
import type { RunPictures } from '../../pictures.ts';
import { useAnswer } from '../live.ts';
import { runsUrl } from '../router.ts';
import { TileGrid } from './tile-grid.tsx';

interface FlippedPicturesProps {
  /** The second run, whose answers are shown. */
  readonly run: string;
  readonly fixed: readonly number[];
  readonly broken: readonly number[];
}

/** Pictures that only one of two runs got right, as far as the second one keeps them. */
export function FlippedPictures({ run, fixed, broken }: FlippedPicturesProps) {
  const { value } = useAnswer<RunPictures>(runsUrl('/api/pictures', [run]), [run]);
  const parts = [
    { title: 'Broken', note: 'only the first run got them right', indexes: broken },
    { title: 'Fixed', note: 'only the second run got them right', indexes: fixed },
  ];
  return (
    <>
      {parts
        .filter(({ indexes }) => indexes.length > 0)
        .map(({ title, note, indexes }) => {
          const own = value?.pictures.filter(({ index }) => indexes.includes(index)) ?? [];
          return (
            <Section key={title} title={`${title}: ${indexes.length}`} note={note}>
              <TileGrid run={run} pictures={own} />
            </Section>
          );
        })}
    </>
  );
}
