import type { Json } from './json.ts';

/** `21605002` is `21,605,002`; `toLocaleString` takes 20 ms to load its tables. */
export function showCount(number: number): string {
  return String(number).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}

/** `0.8736` is `87.36 %`. */
export function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** `42 s`, `3:05`, `2:03:05`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** A value in few letters. */
export function showValue(value: Json | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(shortened(value));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Drawn numbers have sixteen digits. */
function shortened(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
