import { RANDOM_TRUNCATED_NORMAL, RANDOM_UNIFORM } from '../../kernel-names.ts';
import { draw } from '../random.ts';
import type { OwnKernel } from './own-kernel.ts';

const drawing = (name: string, operation: string): OwnKernel => ({
  name,
  run: (backend, _, { shape, seed }: { shape: number[]; seed: number }) => [
    draw(backend, operation, { shape, key: [seed, 0] }),
  ],
});

/** Many numbers at once, as first weights are. */
export const randomDraws: readonly OwnKernel[] = [
  drawing(RANDOM_UNIFORM, 'StatelessRandomUniform'),
  drawing(RANDOM_TRUNCATED_NORMAL, 'StatelessTruncatedNormal'),
];
