import { expect } from 'chai';
import { didYouMean, listWords, nearest } from '../../src/common/did-you-mean.ts';

const layers = Array.from({ length: 13 }, (_, i) => [
  `conv_dw_${i + 1}`,
  `conv_pw_${i + 1}_relu`,
]).flat();

describe('didYouMean', () => {
  it('suggests the word that is meant by a typing error', () => {
    for (const [word, meant] of [
      ['tset', 'test'],
      ['sead', 'seed'],
      ['CHEKC', 'check'],
      ['vgg61', 'vgg16'],
      ['maxPooling', 'maxPooling2d'],
    ] as const) {
      const known = ['seed', 'test', 'check', 'vgg16', 'vgg19', 'maxPooling2d', 'epochs'];
      expect(didYouMean(word, known)).to.equal(`. Did you mean ${meant}?`);
    }
  });

  it('suggests nothing that is only as short', () => {
    expect(didYouMean('head', ['seed', 'name', 'data'])).to.equal('');
    expect(didYouMean('xyz', ['add', 'elu'])).to.equal('');
    expect(didYouMean('map', ['mse', 'auc'])).to.equal('');
    expect(didYouMean('x', [])).to.equal('');
  });

  it('knows other spellings and the words of other programs', () => {
    for (const [word, meant] of [
      ['Flatten', 'flatten'],
      ['batch_size', 'batchSize'],
      ['weight-decay', 'weightDecay'],
      ['acc', 'accuracy'],
      ['lr', 'learningRate'],
      ['bs', 'batchSize'],
      ['val_acc', 'val_accuracy'],
      ['momentum', 'beta1'],
      ['error', 'accuracy'],
      ['constructor', null],
    ] as const) {
      const known = [
        'flatten',
        'batchSize',
        'weightDecay',
        'auc',
        'accuracy',
        'learningRate',
        'val_accuracy',
        'beta1',
      ];
      expect(nearest(word, known)).to.equal(meant);
    }
  });

  it('knows the words of other programs for values', () => {
    for (const [word, meant] of [
      ['momentum', 'sgd'],
      ['nll_loss', 'categoricalCrossentropy'],
      ['RandomHorizontalFlip', 'flip'],
      ['balanced_accuracy', 'recall'],
    ] as const) {
      const known = ['sgd', 'adam', 'categoricalCrossentropy', 'mse', 'flip', 'crop', 'recall'];
      expect(didYouMean(word, known)).to.equal(`. Did you mean ${meant}?`);
    }
  });

  it('never suggests another number', () => {
    expect(didYouMean('conv_pw12_relu', layers)).to.equal('. Did you mean conv_pw_12_relu?');
    expect(didYouMean('conv_pw_14_relu', layers)).to.equal(
      '. There are conv_pw_1_relu to conv_pw_13_relu',
    );
    expect(didYouMean('conv_pw_relu', layers)).to.equal(
      '. There are conv_pw_1_relu to conv_pw_13_relu',
    );
    expect(didYouMean('momentum', ['beta1', 'beta2'])).to.equal('. Did you mean beta1?');
    expect(didYouMean('conv3d', ['conv2d', 'dense'])).to.equal('. Did you mean conv2d?');
  });
});

describe('listWords', () => {
  it('lists at most twelve words, and counts the others', () => {
    expect(listWords(['a', 'b'])).to.equal('a, b');
    expect(listWords(layers)).to.match(/^conv_dw_1, .*, conv_pw_6_relu and 14 more$/);
  });
});
