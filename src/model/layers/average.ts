import { merge } from './merge.ts';

export const average = merge('average', 'Average');
