import { idx } from './idx.ts';

/** 70,000 pictures of clothes, a drop-in for MNIST (Xiao et al. 2017); 10,000 of them are held out. */
export const fashionMnist = idx({
  name: 'fashion-mnist',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  url: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  hashes: {
    'train-images-idx3-ubyte': 'md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d',
    'train-labels-idx1-ubyte': 'md5:25c81989df183df01b3e8a0aad5dffbe',
    't10k-images-idx3-ubyte': 'md5:bef4ecab320f06d8554ea6380940ec79',
    't10k-labels-idx1-ubyte': 'md5:bb300cfdad3c16e7a12a480ee83cd310',
  },
});
