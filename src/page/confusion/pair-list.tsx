import { percent } from '../../record/plots/theme.ts';
import { type Confused, shareOf } from './share.ts';

const LONGEST = 10;

/** The pairs of classes that are taken for each other most often. */
export function PairList({ names, confusion }: Confused) {
  const pairs = confusion
    .flatMap((row, truth) => row.map((count, predicted) => ({ truth, predicted, count })))
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, LONGEST);
  if (pairs.length === 0) return null;
  return (
    <div class="scroll">
      <table class="numbers">
        <caption>Most often confused</caption>
        <thead>
          <tr>
            <th scope="col">true → predicted</th>
            <th scope="col">pictures</th>
            <th scope="col">of class</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ truth, predicted, count }) => (
            <tr key={`${truth} ${predicted}`}>
              <th scope="row">
                {names[truth]} → {names[predicted]}
              </th>
              <td>{count}</td>
              <td>{percent(shareOf(confusion[truth] ?? [], predicted), 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
