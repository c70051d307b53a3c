/** Arguments as a POSIX shell takes them: `cifar-run my.yaml --set 'vars={a: 1}'`. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=,@%+~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
