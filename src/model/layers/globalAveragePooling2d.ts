import { globalPooling } from './pooling.ts';

export const globalAveragePooling2d = globalPooling(
  'globalAveragePooling2d',
  'GlobalAveragePooling2D',
);
