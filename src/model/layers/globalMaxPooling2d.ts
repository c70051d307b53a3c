import { globalPooling } from './pooling.ts';

export const globalMaxPooling2d = globalPooling('globalMaxPooling2d', 'GlobalMaxPooling2D');
