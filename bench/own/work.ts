/** Does an amount of work; of epochs it says how many seconds the last one took. */
export type Do = (amount: number) => Promise<{ readonly last?: number }>;
