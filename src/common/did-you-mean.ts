import { closest, distance } from 'fastest-levenshtein';

/** Returns `. Did you mean vgg16?` if a known word is similar, else an empty string. */
export function didYouMean(word: string, known: readonly string[]): string {
  const similar = nearest(word, known);
  return similar === null ? '' : `. Did you mean ${similar}?`;
}

/** Returns the known word that is most similar to a misspelled one; `null` if none is similar enough. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = closest(word, known);
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= Math.max(2, word.length / 3)
    ? candidate
    : null;
}
