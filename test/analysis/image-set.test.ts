import { expect } from 'chai';
import { type ImageSet, sameImages } from '../../src/analysis/image-set.ts';

const of = (data: string, size: number, pixels: string, paths: string | null): ImageSet => {
  return { data, validation: { size: [size, size, 3], pixels, paths } };
};

describe('images of two runs', () => {
  const small = of('d1', 32, 'p1', 'names');

  it('are the same when the runs see the same, whatever they train on', () => {
    expect(sameImages(small, of('d2', 32, 'p1', null))).to.equal(true);
    expect(sameImages(small, { data: 'd1', validation: null })).to.equal(true);
  });

  it('are others when the runs see others in one size, whatever their names', () => {
    expect(sameImages(small, of('d2', 32, 'p2', 'names'))).to.equal(false);
  });

  it('are known by their names when two models take them in different sizes', () => {
    expect(sameImages(small, of('d2', 224, 'p2', 'names'))).to.equal(true);
    expect(sameImages(small, of('d2', 224, 'p2', 'other names'))).to.equal(false);
    expect(sameImages(of('d1', 32, 'p1', null), of('d2', 224, 'p2', null))).to.equal(false);
  });

  it('are not taken for the same when that is not known', () => {
    expect(sameImages(small, { data: 'd2', validation: null })).to.equal(false);
  });
});
