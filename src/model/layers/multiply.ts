import { merge } from './merge.ts';

export const multiply = merge('multiply', 'Multiply');
