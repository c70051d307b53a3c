import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared', import.meta.url));

/** Folder of real images, real weights and reference values, where this machine has it. */
export const shared: string | null = existsSync(folder) ? folder : null;

/** Skips the tests of a `describe` where the reference folder is missing; never where `CI` is set. */
export function needsShared(): void {
  before(function () {
    if (shared) return;
    if (process.env.CI) throw new Error(`${folder} is missing, and in CI no test is skipped`);
    console.log(`      skipped: needs the reference data in ${folder}`);
    this.skip();
  });
}
