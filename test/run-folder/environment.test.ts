import { expect } from 'chai';
import type { Dataset, Images } from '../../src/data/dataset.ts';
import { MemoryPixels } from '../../src/data/pixels.ts';
import { dataHash, validationImages } from '../../src/run-folder/environment.ts';

/** Grey images of 2 x 1 pixels, each of one brightness. */
function images(brightness: readonly number[], names?: readonly string[]): Images {
  const bytes = Uint8Array.from(brightness.flatMap((value) => [value, value]));
  const labels = Int32Array.from(brightness, (_, i) => i % 2);
  const size = { height: 2, width: 1, channels: 1 };
  return { ...size, pixels: new MemoryPixels(bytes, 2), labels, ...(names && { names }) };
}

function dataset(train: Images, validation: Images): Dataset {
  return { classNames: ['cat', 'dog'], train, validation, classWeights: null, broken: [] };
}

describe('the hash of validation images', () => {
  const first = dataset(images([1, 2]), images([7, 8]));

  it('depends on them alone; that of the data depends on both splits', () => {
    const more = dataset(images([1, 2, 3]), images([7, 8]));
    expect(validationImages(more)).to.deep.equal(validationImages(first));
    expect(dataHash(more)).not.to.equal(dataHash(first));
    const others = dataset(images([1, 2]), images([7, 9]));
    expect(validationImages(others).pixels).not.to.equal(validationImages(first).pixels);
  });

  it('includes a hash of their paths, if they have any', () => {
    expect(validationImages(first)).to.include({ paths: null });
    const named = (...paths: string[]) =>
      validationImages(dataset(images([1, 2]), images([7, 8], paths)));
    expect(named('a', 'b').paths).to.equal(named('a', 'b').paths);
    expect(named('a', 'b').paths).not.to.equal(named('a', 'c').paths);
    expect(named('a', 'b').pixels).to.equal(validationImages(first).pixels);
  });
});
