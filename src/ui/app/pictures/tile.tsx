import { ClassifiedPicture } from '../../../page/classified-picture.tsx';
import type { SheetPicture } from '../../pictures.ts';

interface TileProps {
  /** Address of the sheet. */
  readonly sheet: string;
  readonly picture: SheetPicture;
}

/** A picture of the sheet over what it was taken for. */
export function Tile({ sheet, picture }: TileProps) {
  const { index, truth, tile } = picture;
  const { left, top, width, height, sheetWidth, sheetHeight } = tile;
  return (
    <ClassifiedPicture {...picture}>
      <svg
        class="picture"
        viewBox={`${left} ${top} ${width} ${height}`}
        role="img"
        aria-label={`validation picture ${index}, of class ${truth}`}
      >
        <image href={sheet} width={sheetWidth} height={sheetHeight} />
      </svg>
    </ClassifiedPicture>
  );
}
