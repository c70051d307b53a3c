import type { ComponentChildren } from 'preact';
import { percent } from '../record/plots/theme.ts';

interface ClassifiedPictureProps {
  readonly truth: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** The picture itself. */
  readonly children: ComponentChildren;
}

/** A picture over what it was taken for, and what it is where that is something else. */
export function ClassifiedPicture(props: ClassifiedPictureProps) {
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
