import util from 'node:util';

// tfjs-node-gpu 4.22 calls two functions that Node dropped in version 23.
const dropped = util as unknown as Record<string, unknown>;
dropped.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
dropped.isArray ??= Array.isArray;
