import { InputError } from '../errors.ts';

/** An option that counts; `null` where it was left out. @throws InputError */
export function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new InputError(`${option} takes a whole number of at least ${least}. Received: ${text}`);
}
