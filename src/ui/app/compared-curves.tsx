import { Chart } from '../../page/curves/chart.tsx';
import { Section } from '../../page/section.tsx';
import type { Comparison } from '../several.ts';

/** Curves of several runs over each other. */
export function ComparedCurves({ charts }: Pick<Comparison, 'charts'>) {
  return (
    <Section title="Curves" note="on validation pictures">
      <div class="charts">
        {charts.map((chart) => (
          <Chart key={chart.metric} {...chart} />
        ))}
      </div>
    </Section>
  );
}
