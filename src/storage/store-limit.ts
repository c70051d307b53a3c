import { InputError } from '../errors.ts';

const units: Readonly<Record<string, number>> = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const defaultLimit = 20e9;

/**
 * Bytes that may be kept of what was computed once: `CIFAR_RUN_CACHE_SIZE`, e.g. `500MB`; else 20 GB.
 *
 * @throws InputError when the variable is not a size.
 */
export function storeLimit(): number {
  const given = process.env.CIFAR_RUN_CACHE_SIZE;
  if (!given) return defaultLimit;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?b)?$/i.exec(given.trim()) ?? [];
  if (digits === undefined)
    throw new InputError(
      `CIFAR_RUN_CACHE_SIZE: a size in bytes, kB, MB, GB or TB, e.g. 20GB. Received: "${given}"`,
    );
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}
