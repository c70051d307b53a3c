import { readFileSync } from 'node:fs';

/** The version of this program. */
export const { version } = JSON.parse(
  readFileSync(new URL(import.meta.resolve('#package')), 'utf8'),
) as { readonly version: string };
