import { percent } from '../../../common/format.ts';
import { formatMetric } from '../../../experiment/metrics.ts';
import type { SweepDetail } from '../../server/several.ts';

/** The main effect of each parameter, the strongest first: its share of the variance, and the mean of each value. */
export function Importance({ sweep }: { readonly sweep: SweepDetail }) {
  const { effects, parameters, metric } = sweep;
  const titleOf = (path: string) => parameters.find((each) => each.path === path)?.title ?? path;
  return (
    <div class="scroll">
      <table class="importance">
        <thead>
          <tr>
            <th scope="col">parameter</th>
            <th scope="col">of variance</th>
            <th scope="col" class="number">
              rank correlation
            </th>
            <th scope="col">mean {metric.name} of each value</th>
          </tr>
        </thead>
        <tbody>
          {effects.map(({ parameter, share, rankCorrelation, levels }) => (
            <tr key={parameter}>
              <th scope="row" title={parameter}>
                {titleOf(parameter)}
              </th>
              <td class="bar" style={{ '--share': (share ?? 0).toFixed(3) }}>
                {share === null ? '–' : percent(share, 0)}
              </td>
              <td class="number">{rankCorrelation?.toFixed(2) ?? '–'}</td>
              <td>
                <ul class="levels">
                  {levels.map(({ label, mean }) => (
                    <li key={label}>
                      <span class="soft">{label}</span> {formatMetric(metric.name, mean)}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
