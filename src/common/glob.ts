/**
 * Returns a function that matches names with a glob: `*` stands for any characters, `?` for one. It takes at most the
 * product of both lengths; a regular expression of the same glob can take hours.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  return (name) => {
    let [at, position] = [0, 0];
    // The last `*`, and how much of the name it stands for if what follows it does not match.
    let [star, retry] = [-1, 0];
    while (position < name.length) {
      if (glob[at] === '*') {
        [star, retry] = [at, position];
        at += 1;
      } else if (glob[at] === '?' || glob[at] === name[position]) {
        at += 1;
        position += 1;
      } else if (star >= 0) {
        retry += 1;
        [at, position] = [star + 1, retry];
      } else return false;
    }
    return /^\**$/.test(glob.slice(at));
  };
}
