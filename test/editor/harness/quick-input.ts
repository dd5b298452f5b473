import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { exactly } from './text.ts';
import type { PageElement } from './page-element.ts';

/** One row of a quick pick; absent parts are empty. */
export interface QuickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** A row's label, or a pattern of it. */
export type RowMatch = string | RegExp;

/** Quick picks can be stacked; one takes up to `ESCAPE_TIMEOUT_MS` to close. */
const MAX_ESCAPES = 5;
const ESCAPE_TIMEOUT_MS = 2_000;

/** VS Code's quick input: palette, quick picks, input boxes and the folder chooser. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #input: Locator;
  readonly #rows: Locator;

  constructor(page: Page) {
    this.#page = page;
    // While it fades out it is still visible, but ignores keys.
    this.#widget = page.locator('.quick-input-widget:not(.quick-input-widget-closing):visible');
    this.#input = this.#widget.locator('.quick-input-box input');
    this.#rows = this.#widget.locator('.quick-input-list .monaco-list-row');
  }

  async waitUntilOpen(): Promise<void> {
    await this.#input.waitFor();
  }

  async waitUntilClosed(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async isOpen(): Promise<boolean> {
    return (await this.#widget.count()) > 0;
  }

  /** Replace the text of the input box. */
  async type(text: string): Promise<void> {
    await this.waitUntilOpen();
    await this.#input.fill(text);
  }

  async value(): Promise<string> {
    return this.#input.inputValue();
  }

  async placeholder(): Promise<string> {
    return (await this.#input.getAttribute('placeholder')) ?? '';
  }

  /** The title; empty without one. */
  async title(): Promise<string> {
    return (await this.#widget.locator('.quick-input-title').innerText()).trim();
  }

  /** The text below the input box: the prompt, or the validation message. */
  async message(): Promise<string> {
    return (await this.#widget.locator('.quick-input-message').innerText()).trim();
  }

  /** Wait until the text below the input box matches. */
  async waitForMessage(expected: RegExp): Promise<string> {
    await this.#widget.locator('.quick-input-message').filter({ hasText: expected }).waitFor();
    return this.message();
  }

  /** The rendered rows; a long list renders only those in view. */
  async rows(): Promise<QuickRow[]> {
    return this.#rows.evaluateAll((rows: PageElement[]) =>
      rows.map((row) => {
        const text = (selector: string): string => row.querySelector(selector)?.textContent.trim() ?? '';
        return {
          label: text('.quick-input-list-row .label-name'),
          description: text('.quick-input-list-row .label-description'),
          detail: text('.quick-input-list-label-meta'),
        };
      }),
    );
  }

  /** The rows, once two consecutive reads are equal. */
  async stableRows(): Promise<QuickRow[]> {
    let before = '';
    return eventually('a quick pick whose rows no longer change', async () => {
      const rows = await this.rows();
      const now = JSON.stringify(rows);
      if (now === before && rows.length > 0) return rows;
      before = now;
      return undefined;
    });
  }

  /** Wait for a row and return it. */
  async waitForRow(match: RowMatch, timeoutMs?: number): Promise<QuickRow> {
    return eventually(
      `a row ${String(match)} in the quick pick`,
      async () => (await this.rows()).find((row) => matches(row.label, match)),
      { timeoutMs, seen: async () => JSON.stringify(await this.rows()) },
    );
  }

  /** Wait for a row and click it. */
  async choose(match: RowMatch, timeout?: number): Promise<void> {
    await this.waitForRow(match, timeout);
    await this.#row(match).click();
  }

  /** Toggle the checkbox of a row. */
  async toggle(match: RowMatch): Promise<void> {
    await this.waitForRow(match);
    await this.#row(match).locator('.quick-input-list-checkbox').click();
  }

  /** Press a button of a row, by its tooltip. */
  async pressRowButton(match: RowMatch, title: string): Promise<void> {
    await this.waitForRow(match);
    const row = this.#row(match);
    await row.hover();
    await row.locator(`.action-label[aria-label=${JSON.stringify(title)}]`).click();
  }

  /** Press a button of the title bar or beside the input box, by its label or tooltip, for example `OK`. */
  async pressButton(title: string): Promise<void> {
    await this.#widget
      .locator(
        '.quick-input-titlebar .action-label, .quick-input-header .monaco-button, .quick-input-header .action-label',
      )
      .and(this.#page.locator(`[aria-label=${JSON.stringify(title)}], :text-is(${JSON.stringify(title)})`))
      .first()
      .click();
  }

  /** Press Enter. */
  async accept(): Promise<void> {
    await this.#input.press('Enter');
  }

  /** Close it with Escape; does nothing when it is closed already. */
  async cancel(): Promise<void> {
    for (let times = 0; times < MAX_ESCAPES && (await this.isOpen()); times++) {
      await this.#page.keyboard.press('Escape');
      // Escape can return to the previous quick pick.
      await this.#widget.waitFor({ state: 'hidden', timeout: ESCAPE_TIMEOUT_MS }).catch(() => undefined);
    }
    await this.waitUntilClosed();
  }

  #row(match: RowMatch): Locator {
    const exact = typeof match === 'string' ? exactly(match) : match;
    return this.#rows
      .filter({ has: this.#page.locator('.quick-input-list-row .label-name').filter({ hasText: exact }) })
      .first();
  }
}

function matches(text: string, match: RowMatch): boolean {
  return typeof match === 'string' ? text === match : match.test(text);
}
