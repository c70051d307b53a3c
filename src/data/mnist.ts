import { idx } from './idx.ts';

/** 70,000 handwritten digits (LeCun et al. 1998); 10,000 of them are held out. */
export const mnist = idx({
  name: 'mnist',
  classNames: '0123456789'.split(''),
  // The author's own address asks for a password; this copy is kept for torchvision, with the same hashes.
  url: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  hashes: {
    'train-images-idx3-ubyte': 'md5:f68b3c2dcbeaaa9fbdd348bbdeb94873',
    'train-labels-idx1-ubyte': 'md5:d53e105ee54ea40749a09fcbcd1e9432',
    't10k-images-idx3-ubyte': 'md5:9fb629c4189551a2d022fa330f9573f3',
    't10k-labels-idx1-ubyte': 'md5:ec29112dd5afa0611ce80d1b7f02629c',
  },
});
