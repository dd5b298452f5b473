import type { Locator, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { chooseMenuItem } from './menu.ts';
import { exactly } from './text.ts';
import type { PageElement } from './page-element.ts';

/** One row of a tree. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** Depth of the row; 1 at the top. */
  readonly level: number;
  /** Undefined for a row that cannot be expanded. */
  readonly expanded: boolean | undefined;
  /** The text for screen readers. */
  readonly accessibleLabel: string;
}

/** A view of the side bar: tree, buttons and welcome text. */
export class View {
  readonly #page: Page;
  readonly #title: string;
  readonly #pane: Locator;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.#title = title;
    const header = page.locator('.pane-header .title', { hasText: exactly(title, 'i') });
    this.#pane = page.locator('.part.sidebar .pane').filter({ has: header });
  }

  /** Expand the view if it is collapsed. */
  async open(): Promise<void> {
    const header = this.#pane.locator('.pane-header');
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    await this.#pane.locator('.pane-body').waitFor();
  }

  /** The rendered rows; a long tree renders only those in view. */
  async treeRows(): Promise<TreeRow[]> {
    return this.#pane.locator('.monaco-list-row').evaluateAll((rows: PageElement[]) =>
      rows.map((row) => {
        const text = (selector: string): string => row.querySelector(selector)?.textContent.trim() ?? '';
        const expanded = row.getAttribute('aria-expanded');
        return {
          label: text('.label-name'),
          description: text('.label-description'),
          level: Number(row.getAttribute('aria-level') ?? 1),
          expanded: expanded === null ? undefined : expanded === 'true',
          accessibleLabel: row.getAttribute('aria-label') ?? '',
        };
      }),
    );
  }

  /** Wait for a row whose label and description together match. */
  async waitForRow(match: string | RegExp, timeoutMs?: number): Promise<TreeRow> {
    return eventually(
      `a row ${String(match)} in the view '${this.#title}'`,
      async () => (await this.treeRows()).find((row) => matchesRow(row, match)),
      { timeoutMs, seen: async () => JSON.stringify({ rows: await this.treeRows(), text: await this.text() }) },
    );
  }

  /** Wait until no row matches. */
  async waitForNoRow(match: string | RegExp, timeoutMs?: number): Promise<void> {
    await eventually(
      `no row ${String(match)} in the view '${this.#title}'`,
      async () => !(await this.treeRows()).some((row) => matchesRow(row, match)),
      { timeoutMs, seen: async () => JSON.stringify(await this.treeRows()) },
    );
  }

  /** Expand a row if it is collapsed. */
  async expand(match: string | RegExp): Promise<void> {
    const row = await this.waitForRow(match);
    if (row.expanded === true) return;
    await this.#row(match).locator('.monaco-tl-twistie').click();
    await eventually(`the row ${String(match)} unfolded`, async () => (await this.waitForRow(match)).expanded);
  }

  async click(match: string | RegExp): Promise<void> {
    await this.waitForRow(match);
    await this.#row(match).click();
  }

  /** Press an inline button of a row, by its title. */
  async pressInline(match: string | RegExp, title: string): Promise<void> {
    await this.waitForRow(match);
    const row = this.#row(match);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^=${JSON.stringify(title)}]`).click();
  }

  /** Open the context menu of a row and choose an item. */
  async chooseInContextMenu(match: string | RegExp, item: string): Promise<void> {
    await this.waitForRow(match);
    await this.#row(match).click({ button: 'right' });
    await chooseMenuItem(this.#page, item);
  }

  /** Press a button of the view's title bar, by its title; also one under "More Actions". */
  async pressTitleButton(title: string): Promise<void> {
    const header = this.#pane.locator('.pane-header');
    await header.hover();
    const button = header.locator(`.action-label[aria-label^=${JSON.stringify(title)}]`);
    const more = header.locator('.action-label[aria-label*="More Actions"]');
    await button.or(more).first().waitFor();
    if ((await button.count()) > 0) {
      await button.click();
      return;
    }
    await more.click();
    await chooseMenuItem(this.#page, title);
  }

  /** Text and links of the welcome content; empty while a tree is shown. */
  async welcomeText(): Promise<string> {
    const welcome = this.#pane.locator('.welcome-view-content');
    return (await welcome.count()) === 0 ? '' : (await welcome.innerText()).trim();
  }

  /** Wait until the welcome content matches, and return it. */
  async waitForWelcome(match: RegExp, timeoutMs?: number): Promise<string> {
    return eventually(
      `welcome text ${String(match)} in the view '${this.#title}'`,
      async () => {
        const text = await this.welcomeText();
        return match.test(text) ? text : undefined;
      },
      { timeoutMs, seen: () => this.text() },
    );
  }

  /** Press a button or link of the welcome content. */
  async pressWelcome(text: string): Promise<void> {
    await this.#pane
      .locator('.welcome-view-content')
      .locator('.monaco-button, a')
      .filter({ hasText: text })
      .first()
      .click();
  }

  /** All text of the view: message, welcome content and rows. */
  async text(): Promise<string> {
    return (await this.#pane.count()) === 0 ? '(no such view)' : (await this.#pane.innerText()).trim();
  }

  #row(match: string | RegExp): Locator {
    const text = typeof match === 'string' ? exactly(match) : match;
    const label = this.#page.locator('.label-name').filter({ hasText: text });
    const rows = this.#pane.locator('.monaco-list-row');
    return (typeof match === 'string' ? rows.filter({ has: label }) : rows.filter({ hasText: match })).first();
  }
}

function matchesRow(row: TreeRow, match: string | RegExp): boolean {
  return typeof match === 'string' ? row.label === match : match.test(`${row.label} ${row.description}`);
}
