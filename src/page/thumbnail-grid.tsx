import { ClassifiedPicture } from './classified-picture.tsx';
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
  const { index, truth, url, side } = thumbnail;
  return (
    <ClassifiedPicture {...thumbnail}>
      <img
        src={url}
        alt={truth}
        title={`validation picture ${index}`}
        {...(side < SMALL && { class: 'small' })}
      />
    </ClassifiedPicture>
  );
}
