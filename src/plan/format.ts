import { type Align, alignColumns, countOf, formatCount, formatJson } from '../common/format.ts';
import type { Shape } from '../model/graph.ts';
import { type Memory, sum } from './memory.ts';
import type { Plan, PlannedLayer } from './plan.ts';
import type { TrialPlan } from './sweep.ts';

/** The lines of a plan as text. */
export function formatPlan(plan: Plan): string[] {
  return [
    `${plan.name}  ${plan.id}`,
    '',
    ...layerTable(plan),
    '',
    `input ${size(plan.imageShape)}, ${plan.layers.length} layers, ${formatCount(plan.parameters)} parameters, ${scaled(plan.flops, 'FLOPs')} per image`,
    '',
    ...phaseTable(plan),
    ...featureLines(plan),
  ];
}

/** The runs of a sweep as text: settings and model size of each. */
export function formatSweep(trials: readonly TrialPlan[]): string[] {
  const names = [...new Set(trials.flatMap(({ settings }) => Object.keys(settings)))];
  const rows = trials.map(({ settings, plan }, i) => [
    String(i + 1),
    plan.id,
    ...names.map((name) => formatJson(settings[name])),
    formatCount(plan.parameters),
    scaled(plan.flops),
  ]);
  return [
    countOf(trials.length, 'run'),
    '',
    ...alignColumns(
      [['run', 'id', ...names, 'parameters', 'FLOPs'], ...rows],
      ['right', 'left', ...names.map(() => 'right' as const), 'right', 'right'],
    ),
  ];
}

function layerTable({ layers, phases }: Plan): string[] {
  const aligns: Align[] = ['left', 'left', 'right', 'right', 'right', 'left'];
  const trained = ({ parameters, trainedIn }: PlannedLayer) => {
    if (parameters > 0 && trainedIn.length === 0) return 'none';
    return trainedIn.length === phases.length && phases.length > 1
      ? 'all phases'
      : trainedIn.join(', ');
  };
  const rows = layers.map((layer) => [
    layer.name,
    layer.kind,
    size(layer.outputShape),
    layer.parameters === 0 ? '' : formatCount(layer.parameters),
    layer.flops === 0 ? '' : scaled(layer.flops),
    trained(layer),
  ]);
  return alignColumns(
    [['layer', 'kind', 'output', 'parameters', 'FLOPs', 'trained in'], ...rows],
    aligns,
  );
}

function phaseTable({ phases }: Plan): string[] {
  const aligns: Align[] = ['left', 'right', 'right', 'left', 'right', 'right', 'right'];
  const rows = phases.map((phase) => [
    phase.name,
    String(phase.epochs),
    String(phase.batchSize),
    phase.optimizer,
    formatCount(phase.trainableParameters),
    formatCount(phase.frozenParameters),
    scaled(total(phase.memory), 'B'),
  ]);
  const head = ['phase', 'epochs', 'batch', 'optimizer', 'trainable', 'frozen', 'memory (min)'];
  return alignColumns([head, ...rows], aligns);
}

/** The features that each phase computes once and what that saves, or the reason to compute them for each batch. */
function featureLines({ phases }: Plan): string[] {
  const lines = phases.flatMap(({ name, epochs, features }) => {
    if (!features) return [];
    const { cut, shape, views, bytes, flops, uncached, cached } = features;
    const frozen = `${name}: frozen up to ${cut}`;
    if (uncached !== null) return [`${frozen}, computed in each epoch: ${uncached}`];
    const once = views === 1 ? 'computed once' : `computed in ${views} views`;
    const instead = epochs > views ? ` instead of ${epochs} times` : '';
    const flopsSaved = cached ? epochs * flops : features.flopsSaved;
    const saved = flopsSaved > 0 ? `saves ${scaled(flopsSaved, 'FLOPs')} per image, ` : '';
    const kept = `${size(shape)} features take ${scaled(bytes, 'B')}`;
    return [`${frozen}, ${cached ? 'found in the cache' : once + instead}: ${saved}${kept}`];
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

function total(memory: Memory): number {
  return sum(Object.values(memory), (bytes) => bytes);
}

function size(shape: Shape): string {
  return shape.join(' × ');
}

/** Three digits with an SI prefix: 39900000 is `39.9 M`. */
function scaled(number: number, unit = ''): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(number, 1)) / 3));
  const digits = Number((number / 1000 ** power).toPrecision(3));
  return `${digits} ${['', 'k', 'M', 'G', 'T'][power]}${unit}`.trim();
}
