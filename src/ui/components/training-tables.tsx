import { formatCount, formatDuration } from '../../common/format.ts';
import { formatMetric } from '../../experiment/metrics.ts';
import type { EpochRow, PhaseRow } from '../../runs/run-detail.ts';

/** The numbers of the curves, as a table that the user can unfold. */
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
                  <td key={name}>{formatMetric(name, row.metrics[name] ?? null)}</td>
                ))}
                <td>{formatDuration(row.seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const PHASE_NUMBERS = ['epochs', 'kept epoch', 'trainable parameters', 'frozen parameters', 'time'];

/** The phases with their epochs and numbers of parameters. */
export function PhaseTable({ phases }: { readonly phases: readonly PhaseRow[] }) {
  const orDash = (count: number | null) => (count === null ? '–' : formatCount(count));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">phase</th>
            {PHASE_NUMBERS.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col">stopped early</th>
          </tr>
        </thead>
        <tbody>
          {phases.map((phase) => (
            <tr key={phase.name}>
              <th scope="row">{phase.name}</th>
              <td class="number">
                {phase.epochs} of {phase.plannedEpochs}
              </td>
              <td class="number">{phase.keptEpoch ?? '–'}</td>
              <td class="number">{orDash(phase.trainableParameters)}</td>
              <td class="number">{orDash(phase.frozenParameters)}</td>
              <td class="number">{formatDuration(phase.seconds)}</td>
              <td>{phase.stoppedEarly}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
