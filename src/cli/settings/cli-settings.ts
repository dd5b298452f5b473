import { NODE_SETTING_NAMES, SETTING_NAMES, settingRow } from '../../shared/settings/rows.ts';
import type { SettingName } from '../../shared/settings/rows.ts';
import type { CommandLineNames, SettingRow } from '../../shared/settings/setting-row.ts';
import type { OptionSpec } from '../command-line/command-spec.ts';
import { settingHelp } from './setting-help.ts';

/** A setting as the command line has it. Its flag is its key in the configuration file, too. */
export interface CliSetting extends CommandLineNames {
  readonly name: SettingName;
  readonly row: SettingRow;
}

/** Every setting that the command line has, in the order in which `status` shows them. */
export const CLI_SETTINGS: readonly CliSetting[] = SETTING_NAMES.flatMap((name) => {
  const row = settingRow(name);
  return row.cli === undefined ? [] : [{ ...row.cli, name, row }];
});

/** Settings of the node, without the folder it works in. */
export const NODE_SETTINGS: readonly CliSetting[] = CLI_SETTINGS.filter(({ name }) =>
  NODE_SETTING_NAMES.includes(name),
);

/** Flags of what a command needs that may run a node: the data folder and the node's settings. */
export const NODE_FLAGS: readonly string[] = ['data', ...NODE_SETTINGS.map(({ flag }) => flag)];

/** Flags of all settings. */
export const SETTING_FLAGS: readonly string[] = CLI_SETTINGS.map(({ flag }) => flag);

/** Whether the value is true or false on the command line. */
export function isSwitch(row: SettingRow): boolean {
  return row.kind === 'boolean' || (row.kind === 'choice' && row.isSwitch === true);
}

/** The settings of these flags as options of a command. */
export function settingOptions(
  flags: readonly string[],
  shortFlags: Readonly<Record<string, string>> = {},
): OptionSpec[] {
  const options = CLI_SETTINGS.filter(({ flag }) => flags.includes(flag)).map((setting): OptionSpec => {
    const { flag, row, value } = setting;
    const short = shortFlags[flag] ?? setting.short;
    const complete = completion(row);
    return {
      long: flag,
      help: settingHelp(setting),
      ...(short === undefined ? {} : { short }),
      ...(value === undefined ? {} : { value }),
      ...(isSwitch(row) ? { negatable: true } : {}),
      ...(row.kind === 'texts' ? { repeatable: true } : {}),
      ...(complete === undefined ? {} : { complete }),
    };
  });
  const client: OptionSpec = { long: 'dht-client', help: 'query the DHT without storing records for other peers' };
  const config: OptionSpec = {
    long: 'config',
    value: 'FILE',
    complete: 'file',
    help: 'configuration file (default: config.toml in the user configuration folder)',
    ...(shortFlags['config'] === undefined ? {} : { short: shortFlags['config'] }),
  };
  return [...options, ...(flags.includes('dht-server') ? [client] : []), config];
}

/** Whether its texts are paths: relative ones in the configuration file start from the file's folder. */
export function holdsPaths(row: SettingRow): boolean {
  return row.kind === 'path' || (row.kind === 'texts' && row.items === 'path');
}

function completion(row: SettingRow): OptionSpec['complete'] {
  if (holdsPaths(row)) return 'folder';
  return row.kind === 'choice' && !isSwitch(row) ? row.choices : undefined;
}
