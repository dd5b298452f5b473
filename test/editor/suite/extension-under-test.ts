import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestHooks } from '../../../src/extension/test-hooks.ts';

const EXTENSION_ID = 'ggen.ggen-p2p';

/** This project's extension in VS Code's registry. */
export function extension(): vscode.Extension<TestHooks | undefined> {
  const found = vscode.extensions.getExtension<TestHooks | undefined>(EXTENSION_ID);
  assert.ok(found !== undefined, `${EXTENSION_ID} is not there`);
  return found;
}

/** The test hooks of the activated extension. */
export async function hooks(): Promise<TestHooks> {
  const exported = await extension().activate();
  assert.ok(exported !== undefined, 'the extension does not run in test or development mode');
  return exported;
}

/** Absolute path of the bundled worker. */
export function workerScript(): string {
  return join(extension().extensionPath, 'dist', 'worker.mjs');
}

/** Absolute path of the only workspace folder. */
export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder !== undefined, 'the tests need an open folder');
  return folder.uri.fsPath;
}

export async function command(id: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(id, ...args);
}
