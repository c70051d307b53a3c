import { install } from '../../../src/engine/tensorflow/install/install.ts';
import type { Distribution } from '../../../src/engine/tensorflow/install/platforms.ts';

/**
 * Installs in a process of its own, told by JSON in the first argument; prints what is reported, then
 * the folder. Exits like the program does.
 */

const { cache, members, ...rest } = JSON.parse(process.argv[2] ?? '');
const wanted: Distribution = { ...rest, members: new RegExp(members) };
const report = (message: string) => process.stdout.write(`${message}\n`);
try {
  report(`installed in ${await install(wanted, { cache, report })}`);
} catch (error) {
  const { name, message, exitCode } = error as Error & { exitCode?: number };
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = exitCode ?? 70;
}
