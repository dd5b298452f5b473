import { isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { defaultDataFolder } from '../../platform/data-folder.ts';
import { SETTINGS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import type { SettingKey } from '../../shared/contributions.ts';
import type { CheckedSettings } from './settings-check.ts';
import { checkSettings } from './settings-check.ts';

function read(key: SettingKey): unknown {
  return vscode.workspace.getConfiguration(SETTINGS_SECTION).get<unknown>(key);
}

/** The node's settings as they are now, checked. */
export function readSettings(): CheckedSettings {
  return checkSettings(read, vscode.l10n.t);
}

/** Whether the node shall start with VS Code. */
export function readAutoStart(): boolean {
  return read(SETTINGS.autoStart) === true;
}

/**
 * Folder of the node's data: this user's one, shared with every other window and the command line, unless the setting names
 * another. A path that is not absolute would mean something else in each window, and counts as none.
 */
export function readDataFolder(): string {
  const value = read(SETTINGS.dataFolder);
  return typeof value === 'string' && isAbsolute(value.trim()) ? value.trim() : defaultDataFolder();
}

/** Add a bootstrap peer to the user's settings, after what stands there. */
export async function addBootstrapSetting(address: string): Promise<void> {
  const present = read(SETTINGS.bootstrap);
  const addresses: readonly unknown[] = Array.isArray(present) ? present : [];
  if (addresses.includes(address)) return;
  await vscode.workspace
    .getConfiguration(SETTINGS_SECTION)
    .update(SETTINGS.bootstrap, [...addresses, address], vscode.ConfigurationTarget.Global);
}
