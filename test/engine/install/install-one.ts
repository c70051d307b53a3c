import { install } from '../../../src/engine/tensorflow/install/install.ts';
import type { Distribution } from '../../../src/engine/tensorflow/install/platforms.ts';

/**
 * Installs the distribution that the first argument describes as JSON. Prints the reports and the folder, and exits as the
 * program does.
 */

const { cache, members, ...rest } = JSON.parse(process.argv[2] ?? '');
const distribution: Distribution = { ...rest, members: new RegExp(members) };
const report = (message: string) => process.stdout.write(`${message}\n`);
try {
  report(`installed in ${await install(distribution, { cache, report })}`);
} catch (error) {
  const { name, message, exitCode } = error as Error & { exitCode?: number };
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = exitCode ?? 70;
}
