import type { Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import type { PageElement } from './page-element.ts';

export interface Notification {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly buttons: readonly string[];
}

/** VS Code's notifications, at the lower right. */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The visible notifications, newest first. */
  async list(): Promise<Notification[]> {
    return this.#items().evaluateAll((items: PageElement[]) =>
      items.map((item) => {
        const icon = item.querySelector('.notification-list-item-icon')?.className ?? '';
        return {
          severity: icon.includes('codicon-error') ? 'error' : icon.includes('codicon-warning') ? 'warning' : 'info',
          message: item.querySelector('.notification-list-item-message')?.textContent.trim() ?? '',
          buttons: [...item.querySelectorAll('.notification-list-item-buttons-container .monaco-button')]
            .map((button) => button.textContent.trim())
            .filter((text) => text !== ''),
        };
      }),
    );
  }

  /** Wait for a notification whose message matches. */
  async waitFor(match: RegExp, timeoutMs?: number): Promise<Notification> {
    return eventually(
      `a notification ${String(match)}`,
      async () => (await this.list()).find(({ message }) => match.test(message)),
      { timeoutMs, seen: async () => JSON.stringify(await this.list()) },
    );
  }

  /** Press a button of the notification whose message matches. */
  async press(match: RegExp, button: string): Promise<void> {
    await this.waitFor(match);
    const item = this.#items().filter({ hasText: match }).first();
    // The buttons of a collapsed notification appear on hover.
    await item.hover();
    await item.locator('.notification-list-item-buttons-container .monaco-button', { hasText: button }).first().click();
  }

  /** Close all visible notifications. */
  async clear(): Promise<void> {
    await eventually('no notification in sight', async () => {
      const first = this.#items().first();
      if ((await first.count()) === 0) return true;
      await first.hover({ timeout: 2_000 }).catch(() => undefined);
      const close = first.locator('.action-label.codicon-notifications-clear, .action-label.codicon-close').first();
      await close.click({ timeout: 2_000 }).catch(() => undefined);
      return undefined;
    });
  }

  #items(): ReturnType<Page['locator']> {
    return this.#page.locator(
      '.notifications-toasts .notification-list-item, .notifications-center .notification-list-item',
    );
  }
}
