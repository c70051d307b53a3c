import type { ComponentChildren } from 'preact';
import { percent } from '../../charts/theme.ts';
import type { Thumbnail } from '../../runs/run-detail.ts';

interface ClassifiedImageProps {
  readonly truth: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** The image itself. */
  readonly children: ComponentChildren;
}

/** A image over what it was taken for, and what it is where that is something else. */
export function ClassifiedImage(props: ClassifiedImageProps) {
  const { truth, predicted, confidence, children } = props;
  const right = truth === predicted;
  return (
    <figure class={right ? 'thumbnail' : 'thumbnail thumbnail-wrong'}>
      {children}
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

/** Images with fewer pixels on a side are enlarged without blur. */
const SMALL = 48;

/** Images, each over what it was taken for and what it is. */
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
    <ClassifiedImage {...thumbnail}>
      <img
        src={url}
        alt={truth}
        title={`validation image ${index}`}
        {...(side < SMALL && { class: 'small' })}
      />
    </ClassifiedImage>
  );
}
