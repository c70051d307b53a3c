import type { Answer } from '../task.ts';

/** Does an amount of work; of epochs it says how many seconds the last one took, what lies between two, and each image before them. */
export type Do = (amount: number) => Promise<Pick<Answer, 'last' | 'between' | 'each'>>;
