import { duration } from '../duration.ts';
import { showMeasure } from './format.ts';
import type { EpochRow } from './run-detail.ts';

/** The numbers behind the curves, to be opened. */
export function EpochTable({ epochs }: { readonly epochs: readonly EpochRow[] }) {
  const metrics = Object.keys(epochs[0]?.metrics ?? {});
  return (
    <details>
      <summary>All epochs as a table</summary>
      <div class="scroll">
        <table class="numbers">
          <thead>
            <tr>
              {['epoch', 'phase', 'learning rate', ...metrics, 'time'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {epochs.map((row) => (
              <tr key={row.epoch}>
                <th scope="row">{row.epoch}</th>
                <td>{row.phase}</td>
                <td>{row.learningRate.toPrecision(3)}</td>
                {metrics.map((name) => (
                  <td key={name}>{showMeasure(name, row.metrics[name] ?? null)}</td>
                ))}
                <td>{duration(row.seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
