import { flatSettings } from '../compare/settings.ts';
import type { Json } from '../config/experiment.ts';
import { NameValueTable } from './name-value-table.tsx';

/** What a run was done with. */
export function EnvironmentView({
  environment,
}: {
  readonly environment: { readonly [name: string]: Json };
}) {
  const { arguments: _, weightHashes: __, dataHash: ___, ...rest } = environment;
  return <NameValueTable entries={Object.entries(flatSettings(rest))} />;
}
