import { closest, distance } from 'fastest-levenshtein';

/** The names of other programs for a word, in lower-case letters and digits. */
const ALIASES: Readonly<Record<string, string>> = {
  accuracy: 'acc err error errorrate top1 top1error valacc valaccuracy',
  auc: 'auroc rocauc',
  augment: 'augmentation augmentations transforms',
  averagePooling2d: 'averagepool averagepool2d avgpool avgpool2d',
  backbone: 'arch architecture',
  batchNormalization: 'batchnorm batchnorm2d bn',
  batchSize: 'batch bs',
  beta1: 'beta betas momentum',
  binaryCrossentropy: 'bce bceloss bcewithlogits',
  brightness: 'randombrightness',
  categoricalCrossentropy:
    'ce crossentropy crossentropyloss logloss nll nllloss softmaxcrossentropy sparsecategoricalcrossentropy xent',
  cifar10: 'cifar',
  clipNorm: 'clip gradclip',
  colorJitter: 'jitter',
  contrast: 'randomcontrast',
  conv2d: 'conv',
  crop: 'randomcrop',
  dataset: 'name',
  dense: 'fc fullyconnected linear',
  epochs: 'epoch nbepoch nepochs numepochs',
  epsilon: 'eps',
  f1: 'f1score',
  flip: 'fliplr hflip horizontalflip randomflip randomhorizontalflip',
  focal: 'focalloss',
  folder: 'imagefolder images',
  freeze: 'frozen',
  globalAveragePooling2d: 'gap globalaveragepool globalaveragepool2d globalavgpool globalavgpool2d',
  globalMaxPooling2d: 'globalmaxpool globalmaxpool2d gmp',
  gradientAccumulation: 'accumulationsteps',
  head: 'classifier',
  inputShape: 'imagesize inputsize',
  learningRate: 'lr',
  maxPooling2d: 'maxpool maxpool2d',
  mse: 'l2 meansquarederror mseloss',
  optimizer: 'opt optim',
  precision: 'precisionscore',
  preprocess: 'normalize',
  randomErasing: 'erasing',
  recall: 'balancedaccuracy recallscore sensitivity',
  rotate: 'randomrotation rotation',
  sgd: 'momentum nesterov sgdm sgdmomentum',
  source: 'dir directory folder path root',
  topK: 'top5 top5accuracy topkaccuracy',
  translate: 'randomtranslation shift',
  val_accuracy: 'valacc',
  validation: 'validationsplit valsplit',
  weightDecay: 'decay wd',
  weights: 'pretrained',
  zoom: 'randomzoom',
};

/**
 * Returns `. Did you mean vgg16?` if a known word is similar, `. There are conv_1 to conv_13` if several are that differ in
 * their numbers, else an empty string.
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const similar = nearest(word, known);
  const family = known.filter((each) => withoutNumbers(each) === withoutNumbers(similar ?? word));
  if (similar === null || !(isAlias(word, similar) || numbersIn(word) === numbersIn(similar))) {
    if (family.length === 2) return `. Did you mean ${family.join(' or ')}?`;
    if (family.length > 2) return `. There are ${family[0]} to ${family.at(-1)}`;
  }
  const meant = similar ?? family[0];
  return meant === undefined ? '' : `. Did you mean ${meant}?`;
}

/**
 * Returns the known word that is meant by a misspelled one, or by the word of another program; `null` if none is similar.
 * Numbers tell words apart: `conv_12` never means `conv_2`.
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const same = sameWord(word, known);
  if (same !== null) return same;
  const candidates = known.filter(
    (each) => !numbersIn(each) || !numbersIn(word) || numbersIn(each) === numbersIn(word),
  );
  if (candidates.length === 0) return null;
  const typed = word.toLowerCase();
  const lowerCase = candidates.map((each) => each.toLowerCase());
  const found = closest(typed, lowerCase);
  // The first letter is seldom wrong. Two of three letters make another word, unless they are swapped.
  const isOther = typed.length <= 3 && sorted(typed) !== sorted(found);
  const most = typed[0] === found[0] && !isOther ? Math.max(2, typed.length / 3) : 1;
  return distance(typed, found) <= most ? (candidates[lowerCase.indexOf(found)] ?? null) : null;
}

/** Returns the known word that is spelled otherwise, or is the name of another program for it; `null` if there is none. */
export function sameWord(word: string, known: readonly string[]): string | null {
  const same = known.find((each) => plain(each) === plain(word));
  const aliased = known.filter((each) => isAlias(word, each));
  // val_acc is val_accuracy rather than accuracy.
  return same ?? (aliased.length > 0 ? closest(word, aliased) : null);
}

/** The most words that an error lists. */
const MAX_LISTED = 12;

/** `a, b, c and 9 more` */
export function listWords(words: readonly string[]): string {
  const more = words.length - MAX_LISTED;
  return `${words.slice(0, MAX_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function isAlias(word: string, known: string): boolean {
  return Object.hasOwn(ALIASES, known) && ALIASES[known]?.split(' ').includes(plain(word)) === true;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\d]/gu, '');
}

/** The digits, sorted: they are swapped more often than wrong. */
function numbersIn(word: string): string {
  return sorted(word.replaceAll(/\D/g, ''));
}

function sorted(word: string): string {
  return [...word].toSorted().join('');
}

function withoutNumbers(word: string): string {
  return plain(word).replaceAll(/\d+/g, '#');
}
