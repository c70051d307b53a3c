import type { SheetPicture } from '../../pictures.ts';
import { Tile } from './tile.tsx';

interface TileGridProps {
  readonly run: string;
  readonly pictures: readonly SheetPicture[];
}

/** The surest first. */
export function TileGrid({ run, pictures }: TileGridProps) {
  const sheet = `/files/${run.split('/').map(encodeURIComponent).join('/')}/pictures.webp`;
  return (
    <ul class="thumbnails">
      {pictures
        .toSorted((a, b) => b.confidence - a.confidence)
        .map((picture) => (
          <li key={picture.index}>
            <Tile sheet={sheet} picture={picture} />
          </li>
        ))}
    </ul>
  );
}
