import type { Page } from 'playwright-core';

export interface DialogContent {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** VS Code's modal dialog. */
export class Dialog {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Wait for the dialog and read it. */
  async read(): Promise<DialogContent> {
    const box = this.#box();
    await box.waitFor();
    const detail = box.locator('.dialog-message-detail');
    return {
      message: (await box.locator('.dialog-message-text').innerText()).trim(),
      detail: (await detail.count()) === 0 ? '' : (await detail.innerText()).trim(),
      buttons: (await box.locator('.dialog-buttons .monaco-button').allInnerTexts()).map((text) => text.trim()),
    };
  }

  async isOpen(): Promise<boolean> {
    return (await this.#box().count()) > 0;
  }

  /** Press a button by its text; resolves when the dialog is closed. */
  async press(button: string): Promise<void> {
    await this.#box().locator('.dialog-buttons .monaco-button').filter({ hasText: button }).first().click();
    await this.#box().waitFor({ state: 'hidden' });
  }

  #box(): ReturnType<Page['locator']> {
    return this.#page.locator('.monaco-dialog-box');
  }
}
