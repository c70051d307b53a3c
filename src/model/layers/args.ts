import { InputError } from '../../common/errors.ts';
import type { Json } from '../../common/json.ts';
import type { LayerArgs } from '../../experiment/experiment.ts';
import type { Shape } from '../graph.ts';

/** @throws InputError if the argument is missing and has no default, or if it is not a whole number above 0. */
export function positiveInteger(args: LayerArgs, name: string, fallback?: number): number {
  const value = args[name] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new InputError(
    `${name} must be a whole number above 0. Received: ${formatArgument(value)}`,
  );
}

/** Reads a number, or a pair for height and width. */
export function pair(
  args: LayerArgs,
  name: string,
  fallback?: readonly [number, number],
): [number, number] {
  const value = args[name] ?? fallback;
  const [height, width, ...rest] = Array.isArray(value) ? value : [value, value];
  if (isCount(height) && isCount(width) && rest.length === 0) return [height, width];
  throw new InputError(
    `${name} must be a whole number above 0 or a pair of them. Received: ${formatArgument(value)}`,
  );
}

/** Reads the size of a border: `n`, `[height, width]` or `[[top, bottom], [left, right]]`. */
export function border(
  args: LayerArgs,
  name: string,
  fallback: number,
): [[number, number], [number, number]] {
  const value = args[name] ?? fallback;
  const sides = Array.isArray(value) ? value : [value, value];
  const [vertical, horizontal] = sides.map((side) => (Array.isArray(side) ? side : [side, side]));
  const numbers = [...(vertical ?? []), ...(horizontal ?? [])];
  if (sides.length === 2 && numbers.length === 4 && numbers.every(isWhole)) {
    const [top, bottom, left, right] = numbers as [number, number, number, number];
    return [
      [top, bottom],
      [left, right],
    ];
  }
  throw new InputError(
    `${name} must be a whole number, [height, width] or [[top, bottom], [left, right]]. Received: ${formatArgument(value)}`,
  );
}

export function booleanArgument(args: LayerArgs, name: string, fallback: boolean): boolean {
  const value = args[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw new InputError(`${name} must be true or false. Received: ${formatArgument(value)}`);
}

export type Padding = 'valid' | 'same';

export function padding(args: LayerArgs): Padding {
  const value = args.padding ?? 'valid';
  if (value === 'valid' || value === 'same') return value;
  throw new InputError(`padding must be valid or same. Received: ${formatArgument(value)}`);
}

export function wholeNumbers(args: LayerArgs, name: string): readonly number[] {
  const value = args[name];
  if (Array.isArray(value) && value.every((each) => Number.isInteger(each))) return value;
  throw new InputError(
    `${name} must be a list of whole numbers. Received: ${formatArgument(value)}`,
  );
}

export function singleInput(inputs: readonly Shape[]): Shape {
  const [shape] = inputs;
  if (shape && inputs.length === 1) return shape;
  throw new InputError(`takes one input. Received: ${inputs.length} inputs`);
}

/** Returns the shape of the single input as [height, width, channels]. */
export function imageInput(inputs: readonly Shape[]): [number, number, number] {
  const shape = singleInput(inputs);
  const [height, width, channels] = shape;
  if (height && width && channels && shape.length === 3) return [height, width, channels];
  throw new InputError(
    `takes an input of [height, width, channels]. Received: ${formatArgument(shape)}`,
  );
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function formatArgument(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).replaceAll(',', ', ');
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isCount(value: Json | undefined): value is number {
  return isWhole(value) && value > 0;
}
