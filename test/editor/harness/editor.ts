/** A VS Code server with a browser window on a folder, for tests that drive the page. */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/launch-browser.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import {
  startVsCodeServer,
  type ServerOptions,
  type Settings,
  type VsCodeServer,
} from '../../../scripts/lib/vscode-server.ts';
import { workbenchUrl } from '../../../scripts/lib/workbench-url.ts';
import { Workbench } from './workbench.ts';

export interface EditorOptions extends Omit<ServerOptions, 'smokeTest'> {
  /** Absolute path of the folder to open. */
  readonly folder: string;
}

export interface EditorWindow {
  readonly workbench: Workbench;
  readonly page: Page;
  /** Close the window and stop all processes. Never rejects when one of them has stopped already. */
  close(): Promise<void>;
}

export interface Editor extends EditorWindow {
  readonly server: VsCodeServer;
}

interface SettingsAccess {
  readonly settings: Settings;
  readonly writeSettings: (settings: Settings) => Promise<void>;
}

/** For a window whose server another process owns. */
const READ_ONLY: SettingsAccess = {
  settings: {},
  writeSettings: () =>
    Promise.reject(new Error('The settings of this window belong to the process that started its server.')),
};

/** Default timeout of every wait in the page. */
const PAGE_TIMEOUT_MS = 20_000;
/** Timeout of the workbench's first paint; the machine can be busy. */
const LOAD_TIMEOUT_MS = 60_000;

/**
 * Start a server and a browser, and open the folder with this project as an installed extension. Resolves when the
 * workbench is loaded; the extension can still be activating.
 */
export async function openEditor(options: EditorOptions): Promise<Editor> {
  const server = await startVsCodeServer({ extension: ROOT, ...options });
  try {
    const window = await openWindow(workbenchUrl(server.url, { folder: options.folder }), {
      settings: options.settings ?? {},
      writeSettings: (settings) => server.writeSettings(settings),
    });
    const close = async (): Promise<void> => {
      await window.close();
      await server.stop();
    };
    return { ...window, server, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Open a window of a running server. Resolves when the workbench is loaded. */
export async function openWindow(url: string, access: SettingsAccess = READ_ONLY): Promise<EditorWindow> {
  const browser = await launchBrowser();
  const close = (): Promise<void> => browser.close().catch(() => undefined);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const workbench = new Workbench(page, access.settings, access.writeSettings);
    await page.goto(url);
    await workbench.waitUntilLoaded(LOAD_TIMEOUT_MS);
    return { workbench, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
