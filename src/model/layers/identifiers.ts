import type { Json } from '../../config/experiment.ts';

/** What tfjs-layers makes an initializer or a regularizer from. */
export interface Identifier {
  readonly className: string;
  readonly config: { readonly [key: string]: Json };
}

/** A bare name, or one name with its arguments: `heNormal`, `{ truncatedNormal: { stddev: 0.02 } }`. */
export function named(
  value: Json,
): { name: string; args: { readonly [key: string]: Json } } | null {
  if (typeof value === 'string') return { name: value, args: {} };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const [entry, ...others] = Object.entries(value as { readonly [key: string]: Json });
  if (!entry || others.length > 0) return null;
  const [name, args] = entry;
  if (args === null || typeof args !== 'object' || Array.isArray(args)) return null;
  return { name, args: args as { readonly [key: string]: Json } };
}
