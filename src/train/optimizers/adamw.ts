import { adam } from './adam.ts';

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019; keras/src/optimizers/adamw.py). */
export const adamw = { ...adam, weightDecay: 0.004 };
