import { expect } from 'chai';
import { median } from '../../bench/measure.ts';
import { formatResults, mergeRows, parseNotes, ratio } from '../../bench/results.ts';

const row = (name: string, own: number) => ({
  name,
  unit: 'ms' as const,
  target: 0.6,
  values: { 'cifar-run': own, keras: 20, torch: 10 },
  variants: [],
  rounds: 7,
  scaled: '',
  date: '2026-01-01',
  machine: 'a machine',
  versions: 'some versions',
  load: '0.1 to 2.0',
});

describe('results of the bench', () => {
  it('are compared with the better peer', () => {
    expect(ratio(row('step', 6))).to.equal(0.6);
    expect(formatResults([row('step', 6)], new Map())).to.include('0.60 | ≤ 0.6 |  |  | hit');
    expect(formatResults([row('step', 6.1)], new Map())).to.include('| miss |');
  });

  it('in bfloat16 are also compared with the better peer in float32', () => {
    const half = (own: number) => ({ ...row('step', own), toFloat32: { peer: 12, target: 0.5 } });
    expect(formatResults([half(6)], new Map())).to.include('| 0.60 | ≤ 0.6 | 0.50 | ≤ 0.5 | hit |');
    expect(formatResults([{ ...half(6.1), target: 1 }], new Map())).to.include('| miss |');
    expect(formatResults([half(6.1)], new Map())).to.include('| miss |');
  });

  it('replace older ones with the same name', () => {
    const merged = mergeRows([row('a', 1), row('b', 2)], [row('b', 3), row('c', 4)]);
    expect(merged.map(({ name, values }) => [name, values['cifar-run']])).to.deep.equal([
      ['a', 1],
      ['b', 3],
      ['c', 4],
    ]);
  });

  it('are grouped by machine', () => {
    const other = { ...row('a', 9), machine: 'another machine' };
    const merged = mergeRows([row('a', 1), row('b', 2)], [other]);
    expect(merged.map(({ values }) => values['cifar-run'])).to.deep.equal([1, 2, 9]);
    const sections = formatResults(merged, new Map()).split(/^## /m).slice(1);
    expect(sections.map((text) => text.split('\n')[0])).to.deep.equal([
      'a machine',
      'another machine',
      'Missed targets',
    ]);
    expect(sections[0]).to.include('2 of 2 rows reach their targets');
    expect(sections[1]).to.include('0 of 1 rows reach their targets');
    expect(sections[2]?.match(/- a: /g)).to.have.length(1);
  });

  it('explain a missed target with the notes', () => {
    const rows = [row('step', 9), row('step: memory', 9)];
    const notes = parseNotes(
      '# Notes\n\n- step: memory: buffers\n',
      rows.map(({ name }) => name),
    );
    const lines = formatResults(rows, notes).split('\n');
    expect(lines).to.include('- step: not explained yet');
    expect(lines).to.include('- step: memory: buffers');
  });

  it('are medians over the rounds', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 2, 3])).to.equal(2.5);
  });
});
