import { type Align, alignColumns, formatCount, formatJson } from '../common/format.ts';
import type { Shape } from '../model/graph.ts';
import { type Memory, sum } from './memory.ts';
import type { Plan, PlannedLayer } from './plan.ts';
import type { PlannedCell } from './sweep.ts';

/** The plan as people read it, a line an element. */
export function formatPlan(plan: Plan): string[] {
  return [
    `${plan.name}  ${plan.id}`,
    '',
    ...layerTable(plan),
    '',
    `input ${size(plan.imageShape)}, ${plan.layers.length} layers, ${formatCount(plan.parameters)} parameters, ${scaled(plan.flops, 'FLOPs')} a image`,
    '',
    ...phaseTable(plan),
    ...featureLines(plan),
  ];
}

/** The runs of a sweep: what each changes, and how large its model is. */
export function formatSweep(cells: readonly PlannedCell[]): string[] {
  const names = [...new Set(cells.flatMap(({ settings }) => Object.keys(settings)))];
  const rows = cells.map(({ settings, plan }, i) => [
    String(i + 1),
    plan.id,
    ...names.map((name) => formatJson(settings[name])),
    formatCount(plan.parameters),
    scaled(plan.flops),
  ]);
  return [
    `${cells.length} ${cells.length === 1 ? 'run' : 'runs'}`,
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
    if (parameters > 0 && trainedIn.length === 0) return 'no phase';
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
  const head = ['phase', 'epochs', 'batch', 'optimizer', 'trainable', 'frozen', 'memory, at least'];
  return alignColumns([head, ...rows], aligns);
}

/** What each phase computes once, and what that saves; or why it does not. */
function featureLines({ phases }: Plan): string[] {
  const lines = phases.flatMap(({ name, epochs, features }) => {
    if (!features) return [];
    const { cut, shape, views, bytes, flopsSaved, uncached, cached } = features;
    const frozen = `${name}: frozen up to ${cut}`;
    if (uncached !== null) return [`${frozen}, computed in each of ${epochs} epochs: ${uncached}`];
    const once = views === 1 ? 'once' : `in ${views} views`;
    const done = cached ? 'found in the cache instead of computed' : `computed ${once} instead of`;
    const kept = `${size(shape)} features take ${scaled(bytes, 'B')}`;
    const saved = `saves ${scaled(flopsSaved, 'FLOPs')} a image`;
    return [`${frozen}, ${done} ${epochs} times: ${saved}, ${kept}`];
  });
  return lines.length > 0 ? ['', ...lines] : [];
}

function total(memory: Memory): number {
  return sum(Object.values(memory), (bytes) => bytes);
}

function size(shape: Shape): string {
  return shape.join(' × ');
}

/** Three digits and a prefix of the SI: 39900000 is `39.9 M`. */
function scaled(number: number, unit = ''): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(number, 1)) / 3));
  const digits = Number((number / 1000 ** power).toPrecision(3));
  return `${digits} ${['', 'k', 'M', 'G', 'T'][power]}${unit}`.trim();
}
