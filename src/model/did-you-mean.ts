import { closest, distance } from 'fastest-levenshtein';

/** `. Did you mean vgg16?` when a known word is near, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(word, known);
  return distance(word.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, word.length / 3)
    ? `. Did you mean ${nearest}?`
    : '';
}
