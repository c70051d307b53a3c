import { expect } from 'chai';
import type { Dataset, Pictures } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { dataHash, validationPictures } from '../../src/record/data-hash.ts';

/** Grey pictures of 2 x 1, each of one brightness. */
function pictures(brightness: readonly number[], paths?: readonly string[]): Pictures {
  const bytes = Uint8Array.from(brightness.flatMap((value) => [value, value]));
  const labels = Int32Array.from(brightness, (_, i) => i % 2);
  const size = { height: 2, width: 1, channels: 1 };
  return { ...size, pixels: new MemoryPixels(bytes, 2), labels, ...(paths && { paths }) };
}

function dataset(train: Pictures, validation: Pictures): Dataset {
  return { classNames: ['cat', 'dog'], train, validation, classWeights: null, broken: [] };
}

describe('the hash of validation pictures', () => {
  const first = dataset(pictures([1, 2]), pictures([7, 8]));

  it('is theirs alone, that of the data is of all', () => {
    const more = dataset(pictures([1, 2, 3]), pictures([7, 8]));
    expect(validationPictures(more)).to.deep.equal(validationPictures(first));
    expect(dataHash(more)).not.to.equal(dataHash(first));
    const others = dataset(pictures([1, 2]), pictures([7, 9]));
    expect(validationPictures(others).pixels).not.to.equal(validationPictures(first).pixels);
  });

  it('tells their names apart where they have any', () => {
    expect(validationPictures(first)).to.include({ paths: null });
    const named = (...paths: string[]) =>
      validationPictures(dataset(pictures([1, 2]), pictures([7, 8], paths)));
    expect(named('a', 'b').paths).to.equal(named('a', 'b').paths);
    expect(named('a', 'b').paths).not.to.equal(named('a', 'c').paths);
    expect(named('a', 'b').pixels).to.equal(validationPictures(first).pixels);
  });
});
