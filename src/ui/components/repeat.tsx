import type { Json } from '../../common/json.ts';
import type { RunDetail } from '../../runs/run-detail.ts';
import { shellLine } from './format.ts';
import { NameValueTable } from './section.tsx';

/** The commands that do a run again, and the hashes by which one knows that it is the same. */
export function RepeatView({ run }: { readonly run: RunDetail }) {
  const { environment, experimentFile } = run;
  return (
    <>
      <dl class="commands">
        {commands(run).map(({ purpose, command }) => (
          <div key={purpose}>
            <dt class="soft">{purpose}</dt>
            <dd>
              <code>{command}</code>
            </dd>
          </div>
        ))}
      </dl>
      {environment && <NameValueTable entries={identity(run, environment)} />}
      {experimentFile && (
        <details>
          <summary>The experiment file as it was written</summary>
          <pre>{experimentFile}</pre>
        </details>
      )}
    </>
  );
}

/** Runs of a sweep are begun by the program itself, with arguments that mean nothing to others. */
const OWN_COMMANDS = ['job', 'task'];

function commands({ environment, folder }: RunDetail) {
  const written = environment?.arguments;
  const own = Array.isArray(written) ? written.map(String) : [];
  const isOwn = own.length === 0 || OWN_COMMANDS.includes(own[0] ?? '');
  return [
    ...(isOwn ? [] : [{ purpose: 'as it was started', command: shellLine(['cifar-run', ...own]) }]),
    {
      purpose: 'the same from its folder, whatever the file has become',
      command: shellLine(['cifar-run', `${folder}/resolved.yaml`]),
    },
    {
      purpose: 'again, and compared byte for byte',
      command: shellLine(['cifar-run', 'verify', folder]),
    },
  ];
}

/** What is not known is left out. */
function identity(
  { id, seed }: RunDetail,
  { dataHash, weightHashes, gitCommit, cifarRun }: { readonly [name: string]: Json },
): (readonly [string, Json])[] {
  const weights = Object.entries(weightHashes ?? {});
  const facts: (readonly [string, Json | undefined])[] = [
    ['id', id],
    ['seed', seed],
    ['cifar-run', cifarRun],
    ['git commit', gitCommit],
    ['hash of the data', dataHash],
    ...weights.map(([file, hash]) => [`hash of ${file}`, hash as Json] as const),
  ];
  return facts.flatMap(([name, value]) => (value == null ? [] : [[name, value] as const]));
}
