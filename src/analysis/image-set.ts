/** Which images a run is validated on, as environment.json tells it. */
export interface ImageSet {
  /** SHA-256 of all that the run sees of its data. */
  readonly data: string;
  /** Of the validation images alone; `null` where it was not written. */
  readonly validation: ValidationImages | null;
}

export interface ValidationImages {
  /** Height, width and channels that the model takes. */
  readonly size: readonly number[];
  /** SHA-256 of what the model sees of them. */
  readonly pixels: string;
  /** SHA-256 of their paths within the data set; `null` where they come from no files. */
  readonly paths: string | null;
}

/** Images that two models take in different sizes are known by their paths, all others by their pixels. */
export function sameImages(first: ImageSet, second: ImageSet): boolean {
  if (first.data === second.data) return true;
  const [one, other] = [first.validation, second.validation];
  if (one === null || other === null) return false;
  if (one.size.join() === other.size.join()) return one.pixels === other.pixels;
  return one.paths !== null && one.paths === other.paths;
}
