/**
 * Returns a function that matches names with a glob: `*` stands for any characters, `?` for one, `[a-c]` for one of a
 * set and `[!a-c]` for one outside it. It takes at most the product of both lengths; a regular expression of the same
 * glob can take hours.
 *
 * @param options `sets: false` takes brackets literally, for names that contain them.
 */
export function globMatcher(glob: string, { sets = true } = {}): (name: string) => boolean {
  const parts = glob.match(sets ? /\[!?[^\]]+\]|[\s\S]/g : /[\s\S]/g) ?? [];
  const tests = parts.map(characterTest);
  return (name) => {
    let [at, position] = [0, 0];
    // The last `*`, and how much of the name it stands for if what follows it does not match.
    let [star, retry] = [-1, 0];
    while (position < name.length) {
      if (parts[at] === '*') {
        [star, retry] = [at, position];
        at += 1;
      } else if (tests[at]?.(name[position] as string)) {
        at += 1;
        position += 1;
      } else if (star >= 0) {
        retry += 1;
        [at, position] = [star + 1, retry];
      } else return false;
    }
    return parts.slice(at).every((part) => part === '*');
  };
}

/** Returns whether one character of a name matches a part of a glob other than `*`. */
function characterTest(part: string): (character: string) => boolean {
  if (part === '?') return () => true;
  if (part.length === 1) return (character) => character === part;
  const isNegated = part.startsWith('[!');
  const ranges = part.slice(isNegated ? 2 : 1, -1).match(/[\s\S]-[\s\S]|[\s\S]/g) ?? [];
  return (character) =>
    ranges.some((range) => {
      const [first = '', last = first] = range.length === 3 ? [range[0], range[2]] : [range];
      return first <= character && character <= last;
    }) !== isNegated;
}
