/** A real VS Code with a window on a folder: what page-driven tests open and close. */
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/launch-browser.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { startVsCodeServer, type ServerOptions, type VsCodeServer } from '../../../scripts/lib/vscode-server.ts';
import { workbenchUrl } from '../../../scripts/lib/workbench-url.ts';
import { Workbench } from './workbench.ts';

export interface EditorOptions extends Omit<ServerOptions, 'smokeTest'> {
  /** Absolute path of the folder to open. */
  readonly folder: string;
}

export interface Editor {
  readonly workbench: Workbench;
  readonly page: Page;
  readonly server: VsCodeServer;
  /** Close the window and stop everything that was started. Never throws because a part is gone already. */
  close(): Promise<void>;
}

/** Bound on everything that a test waits for in the page unless it says otherwise, in milliseconds. */
const PAGE_TIMEOUT = 20_000;
/** Bound on the first paint of the workbench: the machine may be busy. */
const LOAD_TIMEOUT = 60_000;

/**
 * Start a server and a browser, and open the folder with this project as an installed extension. Resolves when the
 * workbench stands; the extension may still be activating.
 */
export async function openEditor(options: EditorOptions): Promise<Editor> {
  const server = await startVsCodeServer({ extension: ROOT, ...options });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close().catch(() => undefined);
    await server.stop();
  };
  try {
    browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PAGE_TIMEOUT);
    const workbench = new Workbench(page, server, options.settings ?? {});
    await page.goto(workbenchUrl(server.url, { folder: options.folder }));
    await workbench.waitUntilLoaded(LOAD_TIMEOUT);
    return { workbench, page, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}
