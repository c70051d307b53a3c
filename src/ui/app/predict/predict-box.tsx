import { useState } from 'preact/hooks';
import { formatPercent } from '../../../common/format.ts';
import type { Preprocessing } from '../../../data/preprocessing.ts';
import { Section } from '../../components/section.tsx';

import { fileUrl, runsUrl } from '../router.ts';
import type { Prediction } from './predict.ts';

/** Number of the most probable classes that are shown. */
const MAX_CLASSES = 5;

interface FilePrediction extends Prediction {
  readonly fileName: string;
  /** Blob URL of the image. */
  readonly url: string;
  readonly classNames: readonly string[];
}

/** A drop area for an image, and the prediction of the run's model, which the browser computes. */
export function PredictBox({ run }: { readonly run: string }) {
  const [prediction, setPrediction] = useState<FilePrediction | null>(null);
  const [message, setMessage] = useState('');
  const [isDraggedOver, setDraggedOver] = useState(false);
  const predictImage = async (file: File | null | undefined) => {
    if (!file) return;
    setMessage(`predicting the class of ${file.name} …`);
    try {
      const next = await predictFile(file, run);
      if (prediction) URL.revokeObjectURL(prediction.url);
      setPrediction(next);
      setMessage('');
    } catch (error) {
      setMessage(`no prediction for ${file.name}: ${(error as Error).message}`);
    }
  };
  return (
    <Section title="Try the model" note="the model runs in this browser; the image is not uploaded">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button offers the same to the keyboard. */}
      <div
        class={isDraggedOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setDraggedOver(true);
        }}
        onDragLeave={() => setDraggedOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setDraggedOver(false);
          void predictImage(event.dataTransfer?.files[0]);
        }}
      >
        <label>
          Drop an image here, or{' '}
          <input
            type="file"
            accept="image/*"
            aria-label="choose an image"
            onChange={(event) => void predictImage(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      <div aria-live="polite">
        {message && <p class="soft">{message}</p>}
        {prediction && <PredictionView prediction={prediction} />}
      </div>
    </Section>
  );
}

async function predictFile(file: File, run: string): Promise<FilePrediction> {
  // tfjs is larger than the rest of the page, so it is loaded on first use.
  const [{ predict }, response] = await Promise.all([
    import('./predict.ts'),
    fetch(runsUrl('/api/preprocessing', [run])),
  ]);
  const preprocessing: Preprocessing & { readonly error?: string } = await response.json();
  if (!response.ok) throw new Error(preprocessing.error);
  const prediction = await predict(file, fileUrl(run, 'model/model.json'), preprocessing);
  return {
    ...prediction,
    fileName: file.name,
    url: URL.createObjectURL(file),
    classNames: preprocessing.labels,
  };
}

function PredictionView({ prediction }: { readonly prediction: FilePrediction }) {
  const { fileName, url, classNames, probabilities, milliseconds, backend } = prediction;
  const ranked = classNames
    .map((className, i) => ({ className, probability: probabilities[i] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, MAX_CLASSES);
  return (
    <div class="prediction-result">
      <img src={url} alt={fileName} />
      <table aria-label={`prediction for ${fileName}`}>
        <tbody>
          {ranked.map(({ className, probability }) => (
            <tr key={className}>
              <th scope="row">{className}</th>
              <td class="bar" style={{ '--share': probability.toFixed(4) }}>
                <data value={probability}>{formatPercent(probability, 2)}</data>
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
