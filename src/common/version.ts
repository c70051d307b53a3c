import { readFileSync } from 'node:fs';

/** This program's own version. */
export const { version } = JSON.parse(
  readFileSync(new URL(import.meta.resolve('#package')), 'utf8'),
) as { readonly version: string };
