import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian, Fedora and Google's own package put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A Chromium for the tests of a `describe`, which are skipped on a machine that has none; never where `CI` is set.
 * @returns it, once the tests run.
 */
export function useChromium(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    const executablePath = PLACES.find(existsSync);
    if (executablePath) {
      browser = await chromium.launch({ executablePath });
      return;
    }
    if (process.env.CI) throw new Error('there is no Chromium, and in CI no test is skipped');
    console.log(`      skipped: needs Chromium in ${PLACES.join(' or ')}`);
    this.skip();
  });
  after(() => browser?.close());
  return () => {
    if (browser) return browser;
    throw new Error('the browser is there only while tests run');
  };
}
