import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian, Fedora and Google's own package put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** @throws Error when this machine has no Chromium. */
export function chromiumPath(): string {
  const path = PLACES.find((place) => existsSync(place));
  if (path) return path;
  throw new Error(`there is no Chromium in ${PLACES.join(' or ')}`);
}

/**
 * A Chromium for the tests of a `describe`, which are skipped on a machine that has none; never where `CI` is set.
 * @returns it, once the tests run.
 */
export function useChromium(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    if (!process.env.CI && !PLACES.some((place) => existsSync(place))) {
      console.log(`      skipped: needs Chromium in ${PLACES.join(' or ')}`);
      this.skip();
    }
    browser = await chromium.launch({ executablePath: chromiumPath() });
  });
  after(() => browser?.close());
  return () => {
    if (browser) return browser;
    throw new Error('the browser is there only while tests run');
  };
}
