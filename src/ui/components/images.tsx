import type { ComponentChildren } from 'preact';
import { formatPercent } from '../../common/format.ts';
import type { PredictedImage, Thumbnail } from '../../runs/run-detail.ts';

interface ClassifiedImageProps extends Omit<PredictedImage, 'index'> {
  readonly children: ComponentChildren;
}

/** An image above its predicted class and its name; an incorrect prediction also shows the true class. */
export function ClassifiedImage(props: ClassifiedImageProps) {
  const { image, truth, predicted, confidence, children } = props;
  const isCorrect = truth === predicted;
  return (
    <figure class={isCorrect ? 'thumbnail' : 'thumbnail thumbnail-incorrect'}>
      {children}
      <figcaption>
        <span class="prediction">
          <b>
            {isCorrect ? '✓' : '✗'} {predicted}
          </b>
          <span>{formatPercent(confidence, 0)}</span>
        </span>
        {!isCorrect && <span class="soft">true: {truth}</span>}
        <span class="soft image-name" title={image}>
          <bdi>{image}</bdi>
        </span>
      </figcaption>
    </figure>
  );
}

/** Images with a longer side below this, in pixels, are enlarged without blur. */
const MIN_BLURRED = 48;

/** Validation images with their predictions. */
export function ThumbnailGrid({ thumbnails }: { readonly thumbnails: readonly Thumbnail[] }) {
  return (
    <ul class="thumbnails">
      {thumbnails.map(({ index, image, truth, predicted, confidence, url, side }) => (
        <li key={index}>
          <ClassifiedImage
            image={image}
            truth={truth}
            predicted={predicted}
            confidence={confidence}
          >
            <img src={url} alt={truth} {...(side < MIN_BLURRED && { class: 'small' })} />
          </ClassifiedImage>
        </li>
      ))}
    </ul>
  );
}
