import { pooling } from './pooling.ts';

export const averagePooling2d = pooling('averagePooling2d', 'AveragePooling2D');
