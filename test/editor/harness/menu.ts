import type { Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { exactly } from './text.ts';

/** Choose an item of the open menu; resolves when the menu is closed. */
export async function chooseMenuItem(page: Page, item: string): Promise<void> {
  const label = page.locator('.action-label').filter({ hasText: exactly(item) });
  const entry = page.locator('.monaco-menu .action-item').filter({ has: label }).first();
  await entry.waitFor();
  // A menu ignores clicks for its first 100 ms, so that the click that opened it cannot choose an item.
  await eventually(`the menu to take '${item}'`, async () => {
    if ((await entry.count()) === 0) return true;
    await entry.click({ timeout: 1_000 }).catch(() => undefined);
    return undefined;
  });
}
