import { NODE_ROWS } from './node-rows.ts';
import { PEER_ROWS, PROGRAM_ROWS } from './program-rows.ts';
import type { SettingRow } from './setting-row.ts';
import { TRANSFER_ROWS } from './transfer-rows.ts';

/** Every setting. The command line lists them in this order. */
export const SETTING_ROWS = { ...PROGRAM_ROWS, ...NODE_ROWS, ...TRANSFER_ROWS, ...PEER_ROWS };

export type SettingName = keyof typeof SETTING_ROWS;

/** The row of a setting, by the form that all rows have. */
export function settingRow(name: SettingName): SettingRow {
  return SETTING_ROWS[name];
}

export const SETTING_NAMES = Object.keys(SETTING_ROWS) as readonly SettingName[];

/** Names of the settings that a node is started with. */
export const NODE_SETTING_NAMES = [...Object.keys(NODE_ROWS), ...Object.keys(TRANSFER_ROWS)] as readonly SettingName[];

/** Whether the setting lies in `NodeSettings.transfers`. */
export function isTransferSetting(name: SettingName): boolean {
  return Object.hasOwn(TRANSFER_ROWS, name);
}
