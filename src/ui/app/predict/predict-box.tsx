import { useState } from 'preact/hooks';
import { percent } from '../../../common/format.ts';
import { Section } from '../../components/section.tsx';
import type { Predictor } from '../../server/predictor.ts';
import { runsUrl } from '../router.ts';
import type { Answer } from './predict.ts';

/** Classes that are shown, the most probable first. */
const SHOWN = 5;

interface Seen extends Answer {
  readonly name: string;
  /** Of the image, to be shown. */
  readonly url: string;
  readonly classNames: readonly string[];
}

/** A box for a image of one's own, and what the run's model says of it, computed here in the browser. */
export function PredictBox({ run }: { readonly run: string }) {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [state, setState] = useState('');
  const [isOver, setOver] = useState(false);
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    setState(`looking at ${file.name} …`);
    try {
      const answer = await look(file, run);
      if (seen) URL.revokeObjectURL(seen.url);
      setSeen({ ...answer, name: file.name, url: URL.createObjectURL(file) });
      setState('');
    } catch (error) {
      setState(`${file.name} cannot be looked at: ${(error as Error).message}`);
    }
  };
  return (
    <Section title="Try it" note="the model runs in this browser; no image leaves it">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be chosen with the button as well. */}
      <div
        class={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <label>
          Drop a image here, or{' '}
          <input
            type="file"
            accept="image/*"
            aria-label="choose a image"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      <div aria-live="polite">
        {state && <p class="soft">{state}</p>}
        {seen && <Answered seen={seen} />}
      </div>
    </Section>
  );
}

/** tfjs comes only now: it is larger than all else of the page. */
async function look(file: File, run: string) {
  const [{ predict }, response] = await Promise.all([
    import('./predict.ts'),
    fetch(runsUrl('/api/predictor', [run])),
  ]);
  const predictor: Predictor & { readonly error?: string } = await response.json();
  if (!response.ok) throw new Error(predictor.error);
  const folder = run.split('/').map(encodeURIComponent).join('/');
  const answer = await predict(file, `/files/${folder}/model/model.json`, predictor);
  return { ...answer, classNames: predictor.classNames };
}

function Answered({ seen }: { readonly seen: Seen }) {
  const { name, url, classNames, probabilities, milliseconds, backend } = seen;
  const ranked = classNames
    .map((className, i) => ({ className, probability: probabilities[i] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, SHOWN);
  return (
    <div class="answer-of-model">
      <img src={url} alt={name} />
      <table aria-label={`what the model says of ${name}`}>
        <tbody>
          {ranked.map(({ className, probability }) => (
            <tr key={className}>
              <th scope="row">{className}</th>
              <td class="bar" style={{ '--share': probability.toFixed(4) }}>
                <data value={probability}>{percent(probability, 2)}</data>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">
        {milliseconds.toFixed(0)} ms, tfjs on {backend}
      </p>
    </div>
  );
}
