import type { Scores } from '../../analysis/classification.ts';
import { formatCount, formatPercent } from '../../common/format.ts';
import { formatMetric } from '../../experiment/metrics.ts';
import type { ClassResults } from '../../runs/run-detail.ts';
import { type ConfusionData, type ConfusionMatrixProps, rowShare } from './confusion-matrix.tsx';
import { Hydrated } from './hydrated.tsx';
import { Section } from './section.tsx';

interface ClassResultsProps extends Pick<ConfusionMatrixProps, 'onCell'> {
  readonly classes: ClassResults;
}

/** The confusion matrix of the validation split, the most confused classes, and each class's scores. */
export function ClassResultsView({ classes, onCell }: ClassResultsProps) {
  const { names, confusion } = classes;
  return (
    <>
      <Section title="Confusion matrix" note="rows: true class, columns: predicted class">
        <div class="confusion-view">
          <Hydrated name="confusion" props={{ names, confusion, onCell }} />
          <ConfusedPairs names={names} confusion={confusion} />
        </div>
      </Section>
      <Section title="Classes">
        <ScoresTable classes={classes} />
      </Section>
    </>
  );
}

const MAX_PAIRS = 10;

/** The pairs of classes with the most incorrect predictions. */
function ConfusedPairs({ names, confusion }: ConfusionData) {
  const pairs = confusion
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MAX_PAIRS);
  if (pairs.length === 0) return null;
  return (
    <div class="scroll">
      <table class="numbers">
        <caption>Most often confused</caption>
        <thead>
          <tr>
            <th scope="col">true → predicted</th>
            <th scope="col">images</th>
            <th scope="col">share of class</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ truth, predicted, count }) => (
            <tr key={`${truth} ${predicted}`}>
              <th scope="row">
                {names[truth]} → {names[predicted]}
              </th>
              <td>{count}</td>
              <td>{formatPercent(rowShare(confusion[truth] ?? [], predicted), 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Precision, recall and F1 of each class, and their averages. */
function ScoresTable({ classes: { names, report } }: { readonly classes: ClassResults }) {
  return (
    <div class="scroll">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">precision</th>
            <th scope="col">recall</th>
            <th scope="col">F1</th>
            <th scope="col">images</th>
          </tr>
        </thead>
        <tbody>
          {report.classes.map((scores, i) => (
            <ScoresRow key={names[i]} name={names[i] ?? ''} scores={scores} />
          ))}
        </tbody>
        <tfoot>
          <ScoresRow name="macro average" scores={report.macroAverage} />
          <ScoresRow name="weighted average" scores={report.weightedAverage} />
        </tfoot>
      </table>
    </div>
  );
}

function ScoresRow({ name, scores }: { readonly name: string; readonly scores: Scores }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatMetric('precision', scores.precision)}</td>
      <td>{formatMetric('recall', scores.recall)}</td>
      <td class="bar" style={`--share: ${scores.f1.toFixed(3)}`}>
        {formatMetric('f1', scores.f1)}
      </td>
      <td>{formatCount(scores.support)}</td>
    </tr>
  );
}
