/** Drives VS Code's window the way a user does, and reads what a user sees. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ARTIFACTS } from '../../../scripts/lib/paths.ts';
import type { Settings } from '../../../scripts/lib/vscode-server.ts';
import { Dialog } from './dialog.ts';
import { Notifications } from './notifications.ts';
import { QuickInput } from './quick-input.ts';
import { View } from './view.ts';
import type { PageElement } from './page-element.ts';

export type Theme = 'light' | 'dark' | 'hc' | 'hc-light';

const THEMES: Readonly<Record<Theme, { readonly id: string; readonly className: string }>> = {
  light: { id: 'Default Light Modern', className: 'vs' },
  dark: { id: 'Default Dark Modern', className: 'vs-dark' },
  hc: { id: 'Default High Contrast', className: 'hc-black' },
  'hc-light': { id: 'Default High Contrast Light', className: 'hc-light' },
};

/** How long a command may take to stand in the palette, in milliseconds, and how often the palette is opened for it. */
const COMMAND_TIMEOUT_MS = 8_000;
const MAX_COMMAND_ATTEMPTS = 3;

export class Workbench {
  readonly page: Page;
  /** The box that quick picks, input boxes, the palette and the folder chooser share. */
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  /** The modal dialog. */
  readonly dialog: Dialog;
  readonly #writeSettings: (settings: Settings) => Promise<void>;
  #settings: Settings;

  /**
   * @param settings the user settings that the window was opened with
   * @param writeSettings replaces them
   */
  constructor(page: Page, settings: Settings, writeSettings: (settings: Settings) => Promise<void>) {
    this.page = page;
    this.#settings = settings;
    this.#writeSettings = writeSettings;
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.dialog = new Dialog(page);
  }

  /** Wait until the workbench stands and its status bar is filled. */
  async waitUntilLoaded(timeout: number): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout });
    await this.page.locator('.monaco-workbench .part.activitybar [role=tab]').first().waitFor({ timeout });
  }

  /** Open the palette and run the command of exactly this title, category included, for example `Ggen: Show Status`. */
  async runCommand(title: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.openPalette();
      await this.quickInput.type(`>${title}`);
      try {
        await this.quickInput.choose(title, COMMAND_TIMEOUT_MS);
        return;
      } catch (error) {
        // The palette lists what there is when it opens: in a window that has just come up, not yet everything.
        if (tries === MAX_COMMAND_ATTEMPTS) throw error;
      }
    }
  }

  /** Titles that the palette offers for a text; empty when no command matches. The palette is closed again. */
  async paletteTitles(text: string): Promise<string[]> {
    await this.openPalette();
    await this.quickInput.type(`>${text}`);
    const rows = await this.quickInput.stableRows();
    await this.quickInput.cancel();
    return rows.map((row) => row.label).filter((label) => label !== 'No matching commands');
  }

  async openPalette(): Promise<void> {
    await this.quickInput.cancel();
    await this.page.keyboard.press('F1');
    await this.quickInput.waitUntilOpen();
  }

  /** Open a file of the folder in an editor, by a path relative to it. */
  async openFile(path: string): Promise<void> {
    await this.openPalette();
    await this.quickInput.type(path);
    await this.quickInput.choose(path.split('/').at(-1) ?? path);
    await this.page.locator('.tabs-container .tab.active', { hasText: path.split('/').at(-1) ?? path }).waitFor();
  }

  /** Show a container of the activity bar, for example `Ggen`. */
  async openView(container: string): Promise<void> {
    const tab = this.page
      .locator('.part.activitybar [role=tab]')
      .filter({ has: this.page.locator(`.action-label[aria-label^=${JSON.stringify(container)}]`) })
      .first();
    await tab.waitFor();
    // A click on the container that is shown already would hide it.
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    // Away from the icon, whose tooltip would cover what is looked at.
    await this.page.mouse.move(800, 300);
    await this.page
      .locator('.part.sidebar .composite.title')
      .filter({ hasText: new RegExp(container, 'i') })
      .waitFor();
  }

  /** One view of the container that is shown, by its title. */
  view(title: string): View {
    return new View(this.page, title);
  }

  /**
   * Text of the status-bar item that carries this id, or whose accessible label contains this text. Waits for it.
   */
  async statusBarText(idOrLabel: string): Promise<string> {
    const item = this.statusBarItem(idOrLabel);
    await item.waitFor();
    return (await item.innerText()).trim();
  }

  statusBarItem(idOrLabel: string): ReturnType<Page['locator']> {
    const quoted = JSON.stringify(idOrLabel);
    return this.page
      .locator(
        `.statusbar-item[id$=${quoted}], .statusbar-item[aria-label*=${quoted} i], .statusbar-item:has([aria-label*=${quoted} i])`,
      )
      .first();
  }

  /** Titles of the open editors, in the order of their tabs. */
  async editorTitles(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs: PageElement[]) =>
        tabs.map((tab) => tab.getAttribute('data-resource-name') ?? tab.textContent.trim()),
      );
  }

  /** Add to the user's settings; the window takes them over at once. */
  async updateSettings(settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.#writeSettings(this.#settings);
  }

  async setTheme(theme: Theme): Promise<void> {
    const { id, className } = THEMES[theme];
    await this.updateSettings({ 'workbench.colorTheme': id, 'window.autoDetectColorScheme': false });
    await this.page.locator(`.monaco-workbench.${className}`).first().waitFor();
  }

  /** Photograph the window into the artifacts of the run. Returns the file's path. */
  async screenshot(name: string): Promise<string> {
    const folder = join(ARTIFACTS, 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}
