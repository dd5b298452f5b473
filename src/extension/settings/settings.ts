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

/** The current settings of the node, checked. */
export function readSettings(): CheckedSettings {
  return checkSettings(read, vscode.l10n.t);
}

/** Whether the node starts with VS Code. */
export function readAutoStart(): boolean {
  return read(SETTINGS.autoStart) === true;
}

/**
 * Folder for the node's data: the setting, else the default one of this user, which all windows and the command line
 * share. A relative path would differ from window to window, so it is ignored.
 */
export function readDataFolder(): string {
  const value = read(SETTINGS.dataFolder);
  return typeof value === 'string' && isAbsolute(value.trim()) ? value.trim() : defaultDataFolder();
}

/** Append a bootstrap peer to the user's settings. */
export async function addBootstrapSetting(address: string): Promise<void> {
  const present = read(SETTINGS.bootstrap);
  const addresses: readonly unknown[] = Array.isArray(present) ? present : [];
  if (addresses.includes(address)) return;
  await vscode.workspace
    .getConfiguration(SETTINGS_SECTION)
    .update(SETTINGS.bootstrap, [...addresses, address], vscode.ConfigurationTarget.Global);
}
