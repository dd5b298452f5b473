import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { errorMessage } from '../../shared/errors.ts';
import { UsageError } from '../command-line/usage-error.ts';
import type { SettingRow } from '../../shared/settings/setting-row.ts';
import { CLI_SETTINGS, holdsPaths, SETTING_FLAGS } from './cli-settings.ts';
import { checkedFileValue } from './setting-values.ts';
import type { SettingValue } from './setting-values.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** No file that is written by hand is larger. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Path of the configuration file unless another one is named. */
export function defaultConfigFile(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const nonEmpty = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const base =
    platform === 'win32'
      ? (nonEmpty('APPDATA') ?? join(homedir(), 'AppData', 'Roaming'))
      : (nonEmpty('XDG_CONFIG_HOME') ?? join(homedir(), '.config'));
  return join(base, 'ggen-p2p', 'config.toml');
}

/**
 * Read the settings of a configuration file by their keys.
 *
 * @param required whether it is an error when the file is missing
 * @throws UsageError naming the file, and the invalid line or key
 */
export async function readConfigFile(path: string, required: boolean): Promise<ReadonlyMap<string, SettingValue>> {
  const text = await readConfigText(path, required);
  if (text === undefined) return new Map();
  let document: Readonly<Record<string, unknown>>;
  try {
    document = parse(text);
  } catch (error) {
    throw new UsageError(`${path}: ${errorMessage(error)}`);
  }
  const unknown = Object.keys(document).filter((key) => !SETTING_FLAGS.includes(key));
  if (unknown.length > 0) {
    throw new UsageError(
      `${path}: unknown setting ${unknown.join(', ')}. Available settings: ${SETTING_FLAGS.join(', ')}.`,
    );
  }
  return new Map(
    CLI_SETTINGS.flatMap(({ flag, row }) => {
      const value = document[flag];
      if (value === undefined) return [];
      return [[flag, toAbsolutePath(row, checkedFileValue(row, `${path}: '${flag}'`, value), dirname(path))] as const];
    }),
  );
}

async function readConfigText(path: string, required: boolean): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > MAX_CONFIG_BYTES) throw new UsageError(`${path}: the configuration file is too large.`);
    return text;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !required) return undefined;
    if (missing)
      throw new UsageError(
        `The configuration file ${path} does not exist. Check --config and GGEN_P2P_CONFIG, or create the file.`,
      );
    throw new UsageError(`Cannot read the configuration file: ${errorMessage(error)}`);
  }
}

function toAbsolutePath(row: SettingRow, value: SettingValue, folder: string): SettingValue {
  if (!holdsPaths(row)) return value;
  const one = (path: string): string => (isAbsolute(path) || path === '' ? path : resolve(folder, path));
  return typeof value === 'string' ? one(value) : Array.isArray(value) ? value.map(String).map(one) : value;
}
