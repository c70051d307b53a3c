import { expect } from 'chai';
import { labelByFolder } from '../../../src/data/datasets/folder.ts';

describe('labelByFolder', () => {
  it('makes a class of each folder, in alphabetical order', () => {
    expect(labelByFolder(['dog/1.png', 'cat/2.JPG', 'cat/more/3.webp'])).to.deep.equal({
      classNames: ['cat', 'dog'],
      train: [
        { path: 'dog/1.png', label: 1 },
        { path: 'cat/2.JPG', label: 0 },
        { path: 'cat/more/3.webp', label: 0 },
      ],
      test: null,
    });
  });

  it('finds train and test below a top folder', () => {
    const paths = ['pets/train/cat/1.jpg', 'pets/train/dog/2.jpg', 'pets/test/dog/3.jpg'];
    expect(labelByFolder([...paths, 'pets/README.md'])).to.deep.equal({
      classNames: ['cat', 'dog'],
      train: [
        { path: 'pets/train/cat/1.jpg', label: 0 },
        { path: 'pets/train/dog/2.jpg', label: 1 },
      ],
      test: [{ path: 'pets/test/dog/3.jpg', label: 1 }],
    });
  });

  for (const name of ['val', 'validation', 'Valid'])
    it(`prefers ${name} to test as the test split`, () => {
      const paths = ['train/a/1.png', 'train/b/2.png', 'test/a/3.png', `${name}/a/4.png`];
      expect(labelByFolder(paths).test).to.deep.equal([{ path: `${name}/a/4.png`, label: 0 }]);
    });

  it('accepts a class named train', () => {
    expect(labelByFolder(['train/1.png', 'bus/2.png', 'car/3.png']).classNames).to.deep.equal([
      'bus',
      'car',
      'train',
    ]);
  });

  it('ignores hidden files and files that are not images', () => {
    const odd = ['.git/x.png', 'cat/._1.jpg', '__MACOSX/cat/1.jpg', 'cat/notes.txt', 'labels.csv'];
    expect(labelByFolder(['cat/1.jpg', 'dog/2.jpg', ...odd]).train).to.have.length(2);
  });

  it('accepts folders without images if they are not wanted classes', () => {
    const paths = ['cat/1.jpg', 'dog/1.jpg', 'labels/', 'labels/cat.txt'];
    expect(() => labelByFolder(paths)).to.throw('no images in labels; ');
    expect(labelByFolder(paths, ['dog', 'cat']).classNames).to.deep.equal(['cat', 'dog']);
  });

  const wrong: [string, string[], RegExp][] = [
    ['files without an image', ['a.txt', 'b/c.md'], /none of its 2 files is an image/],
    ['an image in no class folder', ['cat/1.jpg', 'stray.png'], /stray\.png is in no class folder/],
    [
      'an image in no class folder of a split',
      ['train/cat/1.jpg', 'train/2.jpg', 'test/cat/1.jpg'],
      /train\/2\.jpg is in no class folder/,
    ],
    [
      'a class without training images',
      ['train/cat/1.jpg', 'train/dog/1.jpg', 'test/cow/1.jpg'],
      /test\/cow\/1\.jpg has the class "cow", which no training image has; known are cat, dog/,
    ],
    ['an empty class folder', ['cat/1.jpg', 'dog/1.jpg', 'cow/'], /there are no images in cow; /],
    [
      'class folders without training images',
      ['p/train/cat/1.jpg', 'p/train/dog/notes.txt', 'p/train/cow/', 'p/test/dog/1.jpg'],
      /there are no images in p\/train\/dog, p\/train\/cow; /,
    ],
    [
      'a missing folder train',
      ['test/a/1.png', 'val/b/1.png'],
      /there is no folder train next to test, val/,
    ],
  ];
  for (const [what, paths, message] of wrong)
    it(`refuses ${what}`, () => {
      expect(() => labelByFolder(paths)).to.throw(message);
    });
});
