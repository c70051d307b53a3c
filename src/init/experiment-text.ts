import {
  alignColumns,
  countOf,
  formatCount,
  formatDuration,
  formatPercent,
} from '../common/format.ts';
import type { DataChoice } from '../config/data-choice.ts';
import { proportionalShares } from '../data/split.ts';
import { buildGraph } from '../model/build-graph.ts';
import type { GraphNode } from '../model/graph.ts';
import { backboneConfig, type FlipEffect, type Probed } from './probe.ts';
import type { Survey } from './survey.ts';
import { describeSizes } from './survey-text.ts';

/** What was measured, and what follows from it. */
export interface Recommendation {
  readonly name: string;
  readonly data: DataChoice;
  readonly survey: Survey;
  readonly seeds: number;
  /** All measured candidates. */
  readonly probed: readonly Probed[];
  readonly best: Probed;
  readonly flip: FlipEffect;
}

/**
 * Returns the candidate to use: of those whose accuracy is within one standard error of the highest, the fastest.
 *
 * @param seeds the number of splits behind each accuracy.
 */
export function chooseBest(probed: readonly Probed[], seeds: number): Probed {
  const [highest] = probed.toSorted((a, b) => b.accuracy - a.accuracy);
  if (!highest) throw new RangeError('no candidate was measured');
  const least = highest.accuracy - highest.deviation / Math.sqrt(seeds);
  const [fastest = highest] = probed
    .filter(({ accuracy }) => accuracy >= least)
    .toSorted((a, b) => a.milliseconds - b.milliseconds);
  return fastest;
}

/** Formats `75.4 ± 2.0 %`. */
export function formatAccuracy({ accuracy, deviation }: Probed): string {
  return `${(100 * accuracy).toFixed(1)} ± ${formatPercent(deviation, 1)}`;
}

/** The measured candidates as a table. */
export function probeTable({ probed, best, survey }: Omit<Recommendation, 'name'>): string[] {
  const count = survey.counts.reduce((sum, own) => sum + own, 0);
  const rows = probed.map((each) => [
    each === best ? '→' : '',
    each.backbone,
    `${each.size} × ${each.size}`,
    formatAccuracy(each),
    `${each.milliseconds.toFixed(1)} ms`,
    formatDuration((each.milliseconds * count) / 1000),
  ]);
  return alignColumns(
    [['', 'backbone', 'input', 'accuracy', 'per image', `all ${formatCount(count)}`], ...rows],
    ['left', 'left', 'right', 'right', 'right', 'right'],
  );
}

/** Images that are mirrored at random help if their classes can still be told: at most this much less often. */
const MOST_LOST_BY_FLIP = 0.03;

export function isFlipUseful({ plain, flipped }: FlipEffect): boolean {
  return plain - flipped <= MOST_LOST_BY_FLIP;
}

/** A ratio of the largest class to the smallest above which classes are weighted. */
const MOST_IMBALANCE = 3;

/**
 * Writes the experiment that follows from the measures, with the reasons as comments.
 *
 * @param paths of the schema of editors and of the source, as they stand in the file.
 */
export function experimentText(
  recommendation: Recommendation,
  paths: { readonly schema: string; readonly source: string | null },
): string {
  const { name, data, survey, best, flip, seeds } = recommendation;
  const { backbone, size } = best;
  const input = `[${size}, ${size}, 3]`;
  const { cut, frozenNormalization } = fineTuning(best);
  const sampled = survey.sample.train.labels.length;
  const validation =
    survey.testCount === null
      ? [
          '  # There is no test split: a part of each class is kept for validation.',
          `  validation: ${validationShare(survey)}`,
        ]
      : [
          `  # The ${formatCount(survey.testCount)} images of the test split.`,
          '  validation: test',
        ];
  const broken =
    survey.broken.length === 0
      ? []
      : [
          `  # ${countOf(survey.broken.length, 'image')} of the sample cannot be read, e.g. ${survey.broken[0]?.path}.`,
          '  broken: skip',
        ];
  const weights =
    survey.imbalance <= MOST_IMBALANCE
      ? []
      : [
          `  # The largest class has ${survey.imbalance.toFixed(1)} times as many images as the smallest.`,
          '  classWeights: balanced',
        ];
  const recognized = `  # The classifier recognizes ${formatPercent(flip.plain, 1)} of the images, and ${formatPercent(flip.flipped, 1)} of them mirrored.`;
  const augment = isFlipUseful(flip) ? [recognized, '  augment: [flip: horizontal]'] : [recognized];
  const lines = [
    `# yaml-language-server: $schema=${paths.schema}`,
    `# Written by cifar-run init. A linear classifier on the features of a frozen backbone reached, on ${countOf(seeds, 'random split')}`,
    `# of ${formatCount(sampled)} images:`,
    '#',
    ...probeTable(recommendation).map((line) => `#   ${line}`.trimEnd()),
    '#',
    `# The most frequent class has ${formatPercent(mostFrequent(survey), 1)} of the images.`,
    `name: ${scalar(name)}`,
    'seed: 42',
    '',
    'data:',
    `  dataset: ${data.dataset}`,
    ...(paths.source === null ? [] : [`  source: ${scalar(paths.source)}`]),
    ...validation,
    ...broken,
    ...(survey.areFiles
      ? [
          `  # Images have ${describeSizes(survey)}. Other ways to get ${size} × ${size}: crop, pad.`,
          '  resize: stretch',
        ]
      : []),
    ...augment,
    ...weights,
    '',
    'model:',
    `  backbone: { name: ${backbone}, weights: imagenet, inputShape: ${input} }`,
    '  head:',
    '    - globalAveragePooling2d',
    '    - dropout: 0.2',
    `    # One unit for each of the ${survey.classNames.length} classes.`,
    '    - dense: { units: classes, activation: softmax, name: predictions }',
    '',
    '# bfloat16 or TF32 where the machine has it, else float32.',
    'precision: auto',
    '',
    'phases:',
    '  # The features of the frozen backbone are computed once, so that these epochs take seconds.',
    '  - name: head',
    '    freeze: [backbone]',
    '    epochs: 20',
    '    optimizer: { name: adam, learningRate: 1e-3 }',
    `  # The layers after ${cut} adapt to these images.`,
    '  - name: fine-tune',
    `    freeze: [${[`{ upTo: ${cut} }`, ...frozenNormalization].join(', ')}]`,
    '    epochs: 10',
    '    optimizer:',
    '      name: adam',
    '      learningRate: { schedule: cosine, initialLearningRate: 1e-4, warmup: 50 }',
    '    earlyStopping: { monitor: val_accuracy, patience: 4, restoreBest: true }',
  ];
  return `${lines.join('\n')}\n`;
}

/** The least share of the images that leaves an image of each class to train on and one to validate on. */
function validationShare({ counts }: Survey): number {
  const total = counts.reduce((sum, own) => sum + own, 0);
  const leaves = (share: number) =>
    proportionalShares(counts, Math.round(share * total)).every(
      (own, label) => own > 0 && own < (counts[label] as number),
    );
  return [0.2, 0.3, 0.4].find(leaves) ?? 0.5;
}

function mostFrequent({ counts }: Survey): number {
  return Math.max(...counts) / counts.reduce((sum, own) => sum + own, 0);
}

/** A plain word, or a quoted one. */
function scalar(text: string): string {
  return /^[A-Za-z_./~][\w./~-]*$/.test(text) ? text : JSON.stringify(text);
}

/** The share of the layers that stay frozen in fine-tuning. */
const FROZEN_SHARE = 0.6;

/** Chooses the layers that fine-tuning freezes: all up to the end of a block, and normalization, as Keras recommends. */
function fineTuning({ backbone, size }: Probed): {
  cut: string;
  frozenNormalization: readonly string[];
} {
  const { nodes } = buildGraph({ backbone: backboneConfig(backbone, size), head: [] }, null);
  const most = FROZEN_SHARE * nodes.length;
  const lastOf = (...kinds: string[]) =>
    nodes.findLast(({ kind }, i) => i <= most && kinds.includes(kind));
  const cut = lastOf('add', 'maxPooling2d') ?? lastOf('reLU', 'activation') ?? nodes[0];
  const after = nodes.slice(nodes.indexOf(cut as GraphNode));
  const normalization = after.filter(({ kind }) => kind === 'batchNormalization');
  const suffixes = [...new Set(normalization.map(({ name }) => name.replace(/.*(?=_bn$)/i, '*')))];
  return { cut: cut?.name ?? '', frozenNormalization: suffixes.map((glob) => `'${glob}'`) };
}
