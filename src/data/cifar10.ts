import { cifar } from './cifar.ts';

/** 60,000 colour pictures of 10 classes (Krizhevsky 2009); 10,000 of them are held out. */
export const cifar10 = cifar({
  name: 'cifar10',
  classNames: 'airplane automobile bird cat deer dog frog horse ship truck'.split(' '),
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    hash: 'md5:c32a1d4ab5d03f1284b67883e8d87530',
  },
  trainFiles: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  testFile: 'test_batch.bin',
  labelBytes: 1,
});
