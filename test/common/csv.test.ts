import { expect } from 'chai';
import fc from 'fast-check';
import { fromCsv, toCsv } from '../../src/common/csv.ts';

describe('CSV', () => {
  it('begins formulas with an apostrophe, so that no spreadsheet runs them', () => {
    const rows = [['=cmd|x', '+1+1', '-a', '@sum', '\tx', "'=x", 'a=b', "it's"]];
    expect(toCsv(rows)).to.equal("'=cmd|x,'+1+1,'-a,'@sum,'\tx,''=x,a=b,it's\n");
  });

  it('writes numbers as they are', () => {
    expect(toCsv([[-1.5, '-1.5', '+2', null, true]])).to.equal('-1.5,-1.5,+2,,true\n');
  });

  it('reads back what it writes', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('=1+1', "'", "'=", '-1', '"', 'a\r\nb'));
    fc.assert(
      fc.property(
        fc
          .array(fc.tuple(text, text), { minLength: 1 })
          .filter(([[first] = ['']]) => first !== '\ufeff'),
        (rows) => {
          expect(fromCsv(toCsv(rows))).to.deep.equal(rows);
        },
      ),
    );
  });
});
