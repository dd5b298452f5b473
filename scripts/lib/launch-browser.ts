import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_FLAGS, ensureChromium } from './chromium.ts';

/**
 * A headless browser of the Chromium family. Playwright ends it when this process exits; signals are left to
 * processes.ts, because Playwright's own handler of SIGTERM would keep the process alive.
 */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureChromium(),
    args: [...CHROMIUM_FLAGS],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
