import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Browser, chromium } from 'playwright-core';

/*
 * What some tests need and not every machine has. Each function skips the tests of a `describe` where it is missing, and
 * prints the reason; in CI no test is skipped.
 */

/** Skips a test or the tests after a hook; fails in CI. */
export function skip(context: Mocha.Context, reason: string): never {
  if (process.env.CI) throw new Error(`${reason}, and in CI no test is skipped`);
  console.log(`      skipped: ${reason}`);
  return context.skip();
}

const sharedFolder = fileURLToPath(new URL('../../shared', import.meta.url));

/** The folder of real images, real weights and reference values; `null` if this machine does not have it. */
export const shared: string | null = existsSync(sharedFolder) ? sharedFolder : null;

/** Requires the folder `shared`. */
export function needsShared(): void {
  before(function () {
    if (!shared) skip(this, `needs the reference data in ${sharedFolder}`);
  });
}

/** The paths of Chromium in the packages of Debian, Fedora and Google. */
const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @throws Error if this machine has no Chromium. */
export function chromiumPath(): string {
  const path = CHROMIUM_PATHS.find((candidate) => existsSync(candidate));
  if (path) return path;
  throw new Error(`needs Chromium in ${CHROMIUM_PATHS.join(' or ')}`);
}

/**
 * Requires Chromium, and starts it.
 * @returns the browser, while tests run.
 */
export function useChromium(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    try {
      browser = await chromium.launch({ executablePath: chromiumPath() });
    } catch (error) {
      skip(this, (error as Error).message);
    }
  });
  after(() => browser?.close());
  return () => {
    if (browser) return browser;
    throw new Error('the browser runs only during tests');
  };
}

/** The release that the tests were written for. Its pins install protobuf and other packages. */
const TENSORBOARD = ['tensorboard==2.21.0', 'setuptools<80', 'pillow'];

/**
 * Requires TensorBoard, and installs it.
 * @returns the path of a Python that has it.
 */
export function useTensorBoard(): string {
  const venv = fileURLToPath(new URL('../node_modules/.cache/tensorboard-2.21.0', import.meta.url));
  const python = join(venv, 'bin/python');
  before(async function () {
    this.timeout(300_000);
    try {
      await execa('python3', ['-m', 'venv', venv]);
      await execa(python, ['-m', 'pip', 'install', '--quiet', ...TENSORBOARD]);
    } catch (error) {
      skip(this, `TensorBoard cannot be installed: ${(error as Error).message}`);
    }
  });
  return python;
}

/** Requires programs, of the named packages. */
export function needsPrograms(programs: readonly string[], packages: string): void {
  before(async function () {
    const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
    const missing: string[] = [];
    for (const program of programs) {
      const found = folders.map((folder) => access(join(folder, program)));
      await Promise.any(found).catch(() => missing.push(program));
    }
    if (missing.length > 0) skip(this, `needs ${missing.join(', ')} of ${packages}`);
  });
}

/** Declares a test of what only Linux has: `prlimit`, the `script` of util-linux, the causes of kills. */
export function itOnLinux(title: string, test: Mocha.AsyncFunc): void {
  (process.platform === 'linux' ? it : it.skip)(title, test);
}
