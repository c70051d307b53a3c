import { flatSettings } from '../../analysis/settings.ts';
import { shellLine } from '../../common/format.ts';
import type { Json } from '../../common/json.ts';
import type { MarkedText } from '../../config/mark-defaults.ts';
import type { RunDetail } from '../../runs/run-detail.ts';
import { NameValueTable } from './section.tsx';

/** The commands that repeat a run, the versions and hashes that identify it, and its experiment file. */
export function ReproduceView({ run }: { readonly run: RunDetail }) {
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
          <summary>Original experiment file</summary>
          <pre>{experimentFile}</pre>
        </details>
      )}
    </>
  );
}

/** The program starts the trials of a sweep by these commands, which are of no use to a user. */
const INTERNAL_COMMANDS = ['job', 'task'];

function commands({ environment, folder }: RunDetail) {
  const recorded = environment?.arguments;
  const args = Array.isArray(recorded) ? recorded.map(String) : [];
  const isInternal = args.length === 0 || INTERNAL_COMMANDS.includes(args[0] ?? '');
  const { os } = (environment?.machine ?? {}) as { os?: Json };
  const shell = String(os).startsWith('Windows') ? 'windows' : 'posix';
  const original = {
    purpose: 'the original command',
    command: shellLine(['cifar-run', ...args], shell),
  };
  return [
    ...(isInternal ? [] : [original]),
    {
      purpose: 'train again from the recorded configuration',
      command: shellLine(['cifar-run', `${folder}/resolved.yaml`], shell),
    },
    {
      purpose: 'train again and verify that metrics and weights are identical',
      command: shellLine(['cifar-run', 'verify', folder], shell),
    },
  ];
}

/** Names and values of what identifies a run; unknown ones are left out. */
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

/** An experiment with all defaults filled in, as text to copy; defaults are grey. */
export function ConfigurationView({ pieces }: { readonly pieces: readonly MarkedText[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach an element that scrolls.
    <pre tabIndex={0}>
      {pieces.map(({ text, isDefault }) => (isDefault ? <i>{text}</i> : text))}
    </pre>
  );
}

interface EnvironmentProps {
  readonly environment: { readonly [name: string]: Json };
}

/** The software and hardware of a run. `ReproduceView` shows the command and the hashes. */
export function EnvironmentView({ environment }: EnvironmentProps) {
  const { arguments: _, weightHashes: __, dataHash: ___, ...rest } = environment;
  return <NameValueTable entries={Object.entries(flatSettings(rest))} />;
}
