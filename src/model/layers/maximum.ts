import { merge } from './merge.ts';

export const maximum = merge('maximum', 'Maximum');
