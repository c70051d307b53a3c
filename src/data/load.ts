import { InputError } from '../common/errors.ts';
import type { DataConfig } from '../experiment/experiment.ts';
import { classWeights } from './class-weights.ts';
import type {
  BrokenImage,
  Dataset,
  ImageSource,
  Images,
  LoadContext,
  RawDataset,
} from './dataset.ts';
import { datasetKind } from './datasets/table.ts';
import { PickedPixels } from './pixels.ts';
import { draw, evenShares, placesByLabel, proportionalShares } from './split.ts';

/** Some of a source's images: for each class, in the order of the labels, their places. */
interface Part {
  readonly source: ImageSource;
  readonly places: readonly (readonly number[])[];
}

/**
 * The images of an experiment: opens the data set, keeps `classes`, splits, applies `limit`, and
 * reads only what is left, in the data set's own order.
 *
 * @param seed The experiment's; the same seed chooses the same images.
 * @throws InputError when the data do not fit the configuration or the model's input.
 */
export async function loadData(
  config: DataConfig,
  seed: number,
  context: LoadContext,
): Promise<Dataset> {
  const raw = await datasetKind(config.dataset).open(config, context);
  const classNames = config.classes ?? raw.classNames;
  const { train, validation } = split(raw, classNames, config.validation, seed);
  const trained = await read(limit(train, classNames, 'train', config, seed), context);
  const held = await read(limit(validation, classNames, 'validation', config, seed), context);
  const broken = [...trained.broken, ...held.broken];
  tell(broken, context);
  for (const [{ images }, use] of [
    [trained, 'train on'],
    [held, 'validate on'],
  ] as const) {
    const sizes = placesByLabel(images.labels, classNames.length).map((own) => own.length);
    requireEveryClass(sizes, classNames, `no images left to ${use} without the broken ones`);
  }
  return {
    classNames,
    train: trained.images,
    validation: held.images,
    classWeights: classWeights(config.classWeights, classNames, trained.images.labels),
    broken,
  };
}

function split(
  raw: RawDataset,
  classNames: readonly string[],
  validation: DataConfig['validation'],
  seed: number,
): { train: Part; validation: Part } {
  const all = keep(raw.train, raw.classNames, classNames);
  const sizes = all.places.map((places) => places.length);
  requireEveryClass(sizes, classNames, 'no images to train on');
  if (validation === 'test') {
    if (!raw.test)
      throw new InputError(
        'data.validation: test, but this data set holds no part out; give the fraction of its images to validate on, e.g. 0.1',
      );
    const heldOut = keep(raw.test, raw.classNames, classNames);
    const heldOutSizes = heldOut.places.map((places) => places.length);
    requireEveryClass(heldOutSizes, classNames, 'no images in the held-out part');
    return { train: all, validation: heldOut };
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = proportionalShares(sizes, Math.round(validation * total));
  const fraction = `data.validation: ${validation}`;
  requireEveryClass(shares, classNames, `no images to validate on with ${fraction}`);
  const rest = sizes.map((size, label) => size - (shares[label] as number));
  requireEveryClass(rest, classNames, `no images left to train on with ${fraction}`);
  const { drawn, left } = draw(all.places, shares, [seed, 'split']);
  return {
    train: { source: raw.train, places: left },
    validation: { source: raw.train, places: drawn },
  };
}

/** The part of a source that belongs to `classNames`. */
function keep(source: ImageSource, known: readonly string[], classNames: readonly string[]): Part {
  if (classNames.length < 2)
    throw new InputError(
      `a classifier needs at least 2 classes, received ${classNames.length}: ${classNames.join(', ')}`,
    );
  const twice = classNames.find((name, label) => classNames.indexOf(name) !== label);
  if (twice !== undefined) throw new InputError(`data.classes: "${twice}" is named twice`);
  const byLabel = placesByLabel(source.labels, known.length);
  const places = classNames.map((name) => {
    const own = byLabel[known.indexOf(name)];
    if (!own)
      throw new InputError(
        `data.classes: the data have no class "${name}"; they have ${known.join(', ')}`,
      );
    return own;
  });
  return { source, places };
}

function limit(
  part: Part,
  classNames: readonly string[],
  name: 'train' | 'validation',
  config: DataConfig,
  seed: number,
): Part {
  const most = config.limit[name];
  if (most === null) return part;
  const shares = evenShares(
    part.places.map((places) => places.length),
    most,
  );
  requireEveryClass(shares, classNames, `no images left with data.limit.${name}: ${most}`);
  const { drawn } = draw(part.places, shares, [seed, 'limit', name]);
  return { source: part.source, places: drawn };
}

function requireEveryClass(
  sizes: readonly number[],
  classNames: readonly string[],
  complaint: string,
): void {
  const empty = classNames.filter((_, label) => sizes[label] === 0);
  if (empty.length > 0)
    throw new InputError(
      `${empty.length === 1 ? 'class' : 'classes'} ${empty.join(', ')}: ${complaint}`,
    );
}

async function read(
  part: Part,
  context: LoadContext,
): Promise<{ images: Images; broken: readonly BrokenImage[] }> {
  const chosen = part.places
    .flatMap((places, label) => places.map((place) => ({ place, label })))
    .sort((a, b) => a.place - b.place);
  const { broken, ...read } = await part.source.read(Int32Array.from(chosen, ({ place }) => place));
  const channels = context.imageShape[2];
  if (read.channels !== channels && read.channels !== 1)
    throw new InputError(
      `the images have ${read.channels} channels, but the model's inputShape has ${channels}; it must have ${read.channels}`,
    );
  const without = new Set(broken.map(({ index }) => index));
  const whole = chosen.map((_, index) => index).filter((index) => !without.has(index));
  const labels = Int32Array.from(whole, (index) => chosen[index]?.label as number);
  const images = without.size === 0 ? read : pick(read, whole);
  return { images: { ...images, labels }, broken };
}

/** The images at these indices of those read. */
function pick(read: Omit<Images, 'labels'>, indices: readonly number[]) {
  const { paths, sizeOf, isDamaged } = read;
  return {
    ...read,
    pixels: new PickedPixels(read.pixels, indices),
    ...(paths && { paths: indices.map((index) => paths[index] as string) }),
    ...(sizeOf && { sizeOf: (index: number) => sizeOf(indices[index] as number) }),
    ...(isDamaged && { isDamaged: (index: number) => isDamaged(indices[index] as number) }),
  };
}

const toldOf = 5;

function tell(broken: readonly BrokenImage[], { note }: LoadContext): void {
  if (broken.length === 0) return;
  note(`left out ${broken.length} broken ${broken.length === 1 ? 'image' : 'images'}:`);
  for (const { path, reason } of broken.slice(0, toldOf)) note(`  ${path}: ${reason}`);
  if (broken.length > toldOf) note(`  and ${broken.length - toldOf} more`);
}
