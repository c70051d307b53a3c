import { percent } from '../../../record/plots/theme.ts';
import type { SheetPicture } from '../../pictures.ts';

interface TileProps {
  /** Address of the sheet. */
  readonly sheet: string;
  readonly picture: SheetPicture;
}

/** A picture of the sheet over what it was taken for. */
export function Tile({ sheet, picture }: TileProps) {
  const { index, truth, predicted, confidence, tile } = picture;
  const { left, top, width, height, sheetWidth, sheetHeight } = tile;
  const right = truth === predicted;
  return (
    <figure class={right ? 'thumbnail' : 'thumbnail thumbnail-wrong'}>
      <svg
        class="picture"
        viewBox={`${left} ${top} ${width} ${height}`}
        role="img"
        aria-label={`validation picture ${index}, of class ${truth}`}
      >
        <image href={sheet} width={sheetWidth} height={sheetHeight} />
      </svg>
      <figcaption>
        <span class="answer">
          <b>
            {right ? '✓' : '✗'} {predicted}
          </b>
          <span>{percent(confidence, 0)}</span>
        </span>
        {!right && <span class="soft">is {truth}</span>}
      </figcaption>
    </figure>
  );
}
