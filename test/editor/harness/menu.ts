import type { Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { exactly } from './text.ts';

/** Choose an item of the menu that is open; resolves when the menu is gone. */
export async function chooseMenuItem(page: Page, item: string): Promise<void> {
  const label = page.locator('.action-label').filter({ hasText: exactly(item) });
  const entry = page.locator('.monaco-menu .action-item').filter({ has: label }).first();
  await entry.waitFor();
  // A menu takes no click in its first tenth of a second, so that the one that opened it cannot choose.
  await eventually(`the menu to take '${item}'`, async () => {
    if ((await entry.count()) === 0) return true;
    await entry.click({ timeout: 1_000 }).catch(() => undefined);
    return undefined;
  });
}
