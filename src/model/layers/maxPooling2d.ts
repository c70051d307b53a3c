import { pooling } from './pooling.ts';

export const maxPooling2d = pooling('maxPooling2d', 'MaxPooling2D');
