import type { Json } from '../config/experiment.ts';

interface NameValueProps {
  readonly entries: readonly (readonly [name: string, value: Json])[];
}

export function NameValueTable({ entries }: NameValueProps) {
  return (
    <div class="scroll">
      <table>
        <tbody>
          {entries.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
