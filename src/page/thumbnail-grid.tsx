import { percent } from '../record/plots/theme.ts';
import type { Thumbnail } from './run-detail.ts';

/** Pictures with fewer pixels on a side are enlarged without blur. */
const SMALL = 48;

/** Pictures, each over what it was taken for and what it is. */
export function ThumbnailGrid({ thumbnails }: { readonly thumbnails: readonly Thumbnail[] }) {
  return (
    <ul class="thumbnails">
      {thumbnails.map((thumbnail) => (
        <li key={thumbnail.index}>
          <ThumbnailView thumbnail={thumbnail} />
        </li>
      ))}
    </ul>
  );
}

function ThumbnailView({ thumbnail }: { readonly thumbnail: Thumbnail }) {
  const { index, truth, predicted, confidence, url, side } = thumbnail;
  const right = truth === predicted;
  return (
    <figure class={right ? 'thumbnail' : 'thumbnail thumbnail-wrong'}>
      <img
        src={url}
        alt={truth}
        title={`validation picture ${index}`}
        {...(side < SMALL && { class: 'small' })}
      />
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
