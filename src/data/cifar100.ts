import { cifar } from './cifar.ts';

const classNames = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
  castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
  elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard
  lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear
  pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal
  shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank
  telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm`;

/** 60,000 colour pictures of 100 fine classes (Krizhevsky 2009); 10,000 of them are held out. */
export const cifar100 = cifar({
  name: 'cifar100',
  classNames: classNames.trim().split(/\s+/),
  archive: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    hash: 'md5:03b5dce01913d631647c71ecec9e9cb8',
  },
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  // The coarse label, then the fine one.
  labelBytes: 2,
});
