import type { Scores } from '../../analysis/classification.ts';
import { percent } from '../../charts/theme.ts';
import { showCount } from '../../common/format.ts';
import type { ClassResults } from '../../runs/run-detail.ts';

/** Precision, recall and F1 of each class, and their averages. */
export function ClassTable({ classes }: { readonly classes: ClassResults }) {
  const { names, report } = classes;
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
          <ScoresRow name="mean of the classes" scores={report.macroAverage} />
          <ScoresRow name="mean of the images" scores={report.weightedAverage} />
        </tfoot>
      </table>
    </div>
  );
}

function ScoresRow({ name, scores }: { readonly name: string; readonly scores: Scores }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{percent(scores.precision, 1)}</td>
      <td>{percent(scores.recall, 1)}</td>
      <td class="bar" style={`--share: ${scores.f1.toFixed(3)}`}>
        {percent(scores.f1, 1)}
      </td>
      <td>{showCount(scores.support)}</td>
    </tr>
  );
}
