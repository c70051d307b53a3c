import { expect } from 'chai';
import { folderLayout } from '../../src/data/datasets/folder.ts';

describe('folder layout', () => {
  it('takes folders as classes, in the order of their names', () => {
    expect(folderLayout(['dog/1.png', 'cat/2.JPG', 'cat/more/3.webp'])).to.deep.equal({
      classNames: ['cat', 'dog'],
      train: [
        { path: 'dog/1.png', label: 1 },
        { path: 'cat/2.JPG', label: 0 },
        { path: 'cat/more/3.webp', label: 0 },
      ],
      heldOut: null,
    });
  });

  it('finds train and test below a top folder', () => {
    const paths = ['pets/train/cat/1.jpg', 'pets/train/dog/2.jpg', 'pets/test/dog/3.jpg'];
    expect(folderLayout([...paths, 'pets/README.md'])).to.deep.equal({
      classNames: ['cat', 'dog'],
      train: [
        { path: 'pets/train/cat/1.jpg', label: 0 },
        { path: 'pets/train/dog/2.jpg', label: 1 },
      ],
      heldOut: [{ path: 'pets/test/dog/3.jpg', label: 1 }],
    });
  });

  for (const name of ['val', 'validation', 'Valid'])
    it(`prefers ${name} to test as the held-out part`, () => {
      const paths = ['train/a/1.png', 'train/b/2.png', 'test/a/3.png', `${name}/a/4.png`];
      expect(folderLayout(paths).heldOut).to.deep.equal([{ path: `${name}/a/4.png`, label: 0 }]);
    });

  it('takes a class named train for what it is', () => {
    expect(folderLayout(['train/1.png', 'bus/2.png', 'car/3.png']).classNames).to.deep.equal([
      'bus',
      'car',
      'train',
    ]);
  });

  it('leaves out hidden files and what is no image', () => {
    const odd = ['.git/x.png', 'cat/._1.jpg', '__MACOSX/cat/1.jpg', 'cat/notes.txt', 'labels.csv'];
    expect(folderLayout(['cat/1.jpg', 'dog/2.jpg', ...odd]).train).to.have.length(2);
  });

  it('needs no images in folders that are not wanted', () => {
    const paths = ['cat/1.jpg', 'dog/1.jpg', 'labels/', 'labels/cat.txt'];
    expect(() => folderLayout(paths)).to.throw('no images in labels; ');
    expect(folderLayout(paths, ['dog', 'cat']).classNames).to.deep.equal(['cat', 'dog']);
  });

  const wrong: [string, string[], RegExp][] = [
    ['no image', ['a.txt', 'b/c.md'], /there are no images among its 2 files/],
    ['a image in no class', ['cat/1.jpg', 'stray.png'], /stray\.png is in no class folder/],
    [
      'a image in no class of a part',
      ['train/cat/1.jpg', 'train/2.jpg', 'test/cat/1.jpg'],
      /train\/2\.jpg is in no class folder/,
    ],
    [
      'a class that training does not have',
      ['train/cat/1.jpg', 'train/dog/1.jpg', 'test/cow/1.jpg'],
      /test\/cow\/1\.jpg is of class "cow", which train does not have; it has cat, dog/,
    ],
    ['an empty class', ['cat/1.jpg', 'dog/1.jpg', 'cow/'], /there are no images in cow; /],
    [
      'a class without images to train on',
      ['p/train/cat/1.jpg', 'p/train/dog/notes.txt', 'p/train/cow/', 'p/test/dog/1.jpg'],
      /there are no images in p\/train\/dog, p\/train\/cow; /,
    ],
    ['no train', ['test/a/1.png', 'val/b/1.png'], /beside test, val there is no folder train/],
  ];
  for (const [what, paths, message] of wrong)
    it(`refuses ${what}`, () => {
      expect(() => folderLayout(paths)).to.throw(message);
    });
});
