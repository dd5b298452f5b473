/** Drives VS Code's window and reads what it shows. */
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

/** A command can be missing when the palette opens, so that the palette is opened again after this wait. */
const COMMAND_TIMEOUT_MS = 8_000;
const MAX_COMMAND_ATTEMPTS = 3;

export class Workbench {
  readonly page: Page;
  /** The input that quick picks, input boxes, the palette and the folder chooser share. */
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  /** The modal dialog. */
  readonly dialog: Dialog;
  readonly #writeSettings: (settings: Settings) => Promise<void>;
  #settings: Settings;

  /**
   * @param settings the user settings of the open window
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

  /** Wait until the workbench is loaded and its status bar has items. */
  async waitUntilLoaded(timeout: number): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor({ timeout });
    await this.page.locator('.monaco-workbench .part.activitybar [role=tab]').first().waitFor({ timeout });
  }

  /** Run the command with exactly this title, including the category, for example `Ggen: Show Status`. */
  async runCommand(title: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.openPalette();
      await this.quickInput.type(`>${title}`);
      try {
        await this.quickInput.choose(title, COMMAND_TIMEOUT_MS);
        return;
      } catch (error) {
        // The palette lists the commands of the moment it opens; a new window has not registered all of them yet.
        if (tries === MAX_COMMAND_ATTEMPTS) throw error;
      }
    }
  }

  /** Titles that the palette lists for a text; empty when no command matches. Closes the palette. */
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

  /** Open a file of the workspace folder in an editor. @param path relative to the folder */
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
    // A click on the active container hides it.
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    // Move off the icon, whose tooltip would cover the view.
    await this.page.mouse.move(800, 300);
    await this.page
      .locator('.part.sidebar .composite.title')
      .filter({ hasText: new RegExp(container, 'i') })
      .waitFor();
  }

  /** A view of the active container, by its title. */
  view(title: string): View {
    return new View(this.page, title);
  }

  /** Wait for the status-bar item with this id, or with this text in its accessible label, and return its text. */
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

  /** Titles of the open editors, in tab order. */
  async editorTitles(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs: PageElement[]) =>
        tabs.map((tab) => tab.getAttribute('data-resource-name') ?? tab.textContent.trim()),
      );
  }

  /** Change user settings; the window applies them immediately. */
  async updateSettings(settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.#writeSettings(this.#settings);
  }

  async setTheme(theme: Theme): Promise<void> {
    const { id, className } = THEMES[theme];
    await this.updateSettings({ 'workbench.colorTheme': id, 'window.autoDetectColorScheme': false });
    await this.page.locator(`.monaco-workbench.${className}`).first().waitFor();
  }

  /** Save a screenshot to the artifacts of the test run. Returns the file's path. */
  async screenshot(name: string): Promise<string> {
    const folder = join(ARTIFACTS, 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}
