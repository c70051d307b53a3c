import { showCount } from '../counts.ts';
import { duration } from '../duration.ts';
import type { PhaseRow } from './run-detail.ts';

/** What was trained, phase after phase. */
export function PhaseTable({ phases }: { readonly phases: readonly PhaseRow[] }) {
  const orDash = (count: number | null) => (count === null ? '–' : showCount(count));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">phase</th>
            <th scope="col" class="number">
              epochs
            </th>
            <th scope="col" class="number">
              kept epoch
            </th>
            <th scope="col" class="number">
              trained parameters
            </th>
            <th scope="col" class="number">
              frozen
            </th>
            <th scope="col" class="number">
              time
            </th>
            <th scope="col">ended early</th>
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
              <td class="number">{duration(phase.seconds)}</td>
              <td>{phase.stoppedEarly}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
