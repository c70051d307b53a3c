import type { LossConfig } from '../../config/experiment.ts';
import { binaryCrossentropy } from './binaryCrossentropy.ts';
import { categoricalCrossentropy } from './categoricalCrossentropy.ts';
import { focal } from './focal.ts';
import type { Loss } from './loss.ts';
import { mse } from './mse.ts';

export const losses: Readonly<Record<LossConfig['name'], Loss>> = {
  categoricalCrossentropy,
  binaryCrossentropy,
  focal,
  mse,
};
