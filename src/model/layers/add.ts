import { merge } from './merge.ts';

export const add = merge('add', 'Add');
