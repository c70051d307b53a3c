import { styleText } from 'node:util';
import type { Paint } from '../../compare/plots/terminal.ts';

const COLOURS = ['cyan', 'yellow'] as const;

/** At a terminal the curves have colours, unless https://no-color.org is asked for; in a pipe never. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const hasColours = stream.isTTY && stream.hasColors() && !process.env.NO_COLOR;
  return hasColours ? (text, curve) => styleText(COLOURS[curve], text) : (text) => text;
}
