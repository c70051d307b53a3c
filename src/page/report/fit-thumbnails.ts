import type { RunDetail, Thumbnail } from '../run-detail.ts';

/** The runs with so few pictures each that the data URLs of all together have at most so many bytes. */
export function fitThumbnails(runs: readonly RunDetail[], bytes: number): readonly RunDetail[] {
  const most = Math.max(0, ...runs.flatMap(listsOf).map(({ length }) => length));
  for (let count = most; count > 0; count--) {
    const fitted = runs.map((run) => withFew(run, count));
    if (bytesOf(fitted) <= bytes) return fitted;
  }
  return runs.map((run) => withFew(run, 0));
}

function withFew(run: RunDetail, count: number): RunDetail {
  const [examples = [], mistakes = []] = listsOf(run).map((list) => list.slice(0, count));
  return { ...run, thumbnails: run.thumbnails && { examples, mistakes } };
}

function bytesOf(runs: readonly RunDetail[]): number {
  return runs
    .flatMap(listsOf)
    .flat()
    .reduce((sum, { url }) => sum + url.length, 0);
}

function listsOf({ thumbnails }: RunDetail): (readonly Thumbnail[])[] {
  return thumbnails ? [thumbnails.examples, thumbnails.mistakes] : [];
}
