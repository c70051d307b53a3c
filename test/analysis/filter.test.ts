import { expect } from 'chai';
import fc from 'fast-check';
import { parseFilter } from '../../src/analysis/filter.ts';
import { InputError } from '../../src/common/errors.ts';
import type { Json } from '../../src/common/json.ts';

const RUN: Readonly<Record<string, Json>> = {
  val_accuracy: 0.81,
  'vars.dropout': 0.25,
  'phases.fine-tune.epochs': 8,
  'model.head[1].dense.units': 64,
  'data.dataset': 'cifar10',
  'data.source': 'my images',
  shift: -0.5,
  status: 'finished',
  started: '2026-01-31T12:05:09Z',
  compile: true,
  'phases.head.freeze': ['backbone', 'stem'],
};

const matches = (text: string) => parseFilter(text).matches((column) => RUN[column]);

describe('a filter of runs', () => {
  for (const [text, expected] of [
    ['val_accuracy > 0.8 and vars.dropout = 0.25', true],
    ['val_accuracy>0.8 AND vars.dropout==.5', false],
    ['val_accuracy <= 8.1e-1', true],
    ['val_accuracy < 0.81', false],
    ['val_accuracy > 80.5% and shift = -50%', true],
    ['shift = -0.5 and shift < +1', true],
    ['phases.fine-tune.epochs >= 8', true],
    ['model.head[1].dense.units != 32', true],
    ['status = finished', true],
    ['data.source = "my images"', true],
    ["data.source = 'my'", false],
    ['data.source ~ IMAGES', true],
    ['phases.head.freeze ~ stem', true],
    ['compile = true', true],
    ['started > "2026-01" and started < "2026-02"', true],
    ['not status = finished', false],
    ['not (status = failed or val_accuracy < 0.5)', true],
    // `and` binds more tightly than `or`.
    ['status = finished or status = failed and val_accuracy < 0', true],
    ['(status = finished or status = failed) and val_accuracy < 0', false],
    // A missing value is neither more nor less than any other.
    ['val_loss < 1', false],
    ['val_loss >= 1', false],
    ['val_loss = null', true],
    ['val_loss != 1', true],
    ['val_accuracy > "0.5"', false],
  ] as const) {
    it(`${expected ? 'keeps' : 'omits'}: ${text}`, () => {
      expect(matches(text)).to.equal(expected);
    });
  }

  it('has the columns that it names and their positions', () => {
    expect(parseFilter('a > 1 or not (b.c = x and d[2] ~ y)').columns).to.deep.equal([
      { name: 'a', at: 0 },
      { name: 'b.c', at: 14 },
      { name: 'd[2]', at: 26 },
    ]);
  });

  for (const [text, message] of [
    ['', 'needs the name of a column at character 1. Received: the end'],
    ['val_loss', 'needs one of = == != ~ < <= > >= at character 9. Received: the end'],
    ['val_loss > > 3', 'needs a number or a text at character 12. Received: >'],
    ['(a = 1', 'needs ) at character 7. Received: the end'],
    ['a = 1 b = 2', 'needs and, or, or the end at character 7. Received: b, in a = 1 b = 2'],
    ['a = 1 && b = 2', 'needs and, or, or the end at character 7. Received: &&'],
    ['a = "open', 'needs a number or a text at character 5. Received: "open'],
    ['a ! 1', 'needs one of = == != ~ < <= > >= at character 3. Received: ! 1'],
  ] as const) {
    it(`refuses ${text || 'nothing'}`, () => {
      expect(() => parseFilter(text)).to.throw(InputError, `the filter ${message}`);
    });
  }

  it('parses any text or refuses it with a position', () => {
    const pieces = ['a', 'not', 'and', 'or', '(', ')', '=', '<', '1', '"x', '"', '!', ' ', '-'];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 12 });
    fc.assert(
      fc.property(texts, (parts) => {
        try {
          expect(parseFilter(parts.join(' ')).matches(() => 1)).to.be.a('boolean');
        } catch (error) {
          expect(error).to.be.instanceOf(InputError);
        }
      }),
    );
  });

  it('evaluates and, or, not as JavaScript does', () => {
    const condition = fc.letrec<{ any: string; leaf: string }>((tie) => ({
      leaf: fc.constantFrom('a = 1', 'b = 1', 'c = 1'),
      any: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        tie('any').map((one) => `not ${one}`),
        fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one} and ${other})`),
        fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) or ${other}`),
      ),
    })).any;
    const values = fc.record({ a: fc.nat(1), b: fc.nat(1), c: fc.nat(1) });
    fc.assert(
      fc.property(condition, values, (text, run) => {
        const script = text
          .replaceAll(/([abc]) = 1/g, (_, name: 'a') => String(run[name] === 1))
          .replaceAll('not', '!')
          .replaceAll('and', '&&')
          .replaceAll('or', '||');
        const expected = new Function(`return ${script}`)();
        expect(parseFilter(text).matches((name) => run[name as 'a'])).to.equal(expected);
      }),
    );
  });
});
