import { resolve } from 'node:path';
import { defaultDataFolder } from '../../platform/data-folder.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { nodeSettings } from '../../shared/settings/node-settings.ts';
import type { SettingName } from '../../shared/settings/rows.ts';
import type { Flags } from '../command-line/flags.ts';
import { UsageError } from '../command-line/usage-error.ts';
import type { CliSetting } from './cli-settings.ts';
import { CLI_SETTINGS, isSwitch, NODE_SETTINGS } from './cli-settings.ts';
import { defaultConfigFile, readConfigFile } from './config-file.ts';
import type { SettingValue } from './setting-values.ts';
import { fromRowValue, parseSettingText, toRowValue } from './setting-values.ts';

/** The one switch that has a second name for its opposite. */
const DHT_SERVER_FLAG = 'dht-server';

type Environment = Readonly<Record<string, string | undefined>>;

/** Source of a setting's value, in order of precedence. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

export interface ResolvedSetting {
  readonly key: string;
  readonly value: SettingValue;
  readonly source: SettingSource;
  /** Name of the variable, or path of the file. */
  readonly origin?: string;
}

/** Every setting with its value and source. */
export class Settings {
  readonly all: readonly ResolvedSetting[];
  /** Path of the configuration file, which may be absent. */
  readonly file: string;

  constructor(all: readonly ResolvedSetting[], file: string) {
    this.all = all;
    this.file = file;
  }

  text(key: string): string {
    return String(this.#value(key));
  }

  texts(key: string): readonly string[] {
    const value = this.#value(key);
    return Array.isArray(value) ? value.map(String) : [];
  }

  isEnabled(key: string): boolean {
    return this.#value(key) === true;
  }

  number(key: string): number {
    return Number(this.#value(key));
  }

  source(key: string): SettingSource {
    return this.#find(key).source;
  }

  /** Absolute path of the data folder. */
  get dataDir(): string {
    return this.text('data');
  }

  /** Settings to start the node with. A node that runs for one command is no DHT server unless that was chosen. */
  node(lifetime: 'persistent' | 'transient'): NodeSettings {
    const values = new Map<SettingName, unknown>(
      NODE_SETTINGS.map(({ name, row, flag }) => [name, toRowValue(row, `--${flag}`, this.#value(flag))]),
    );
    if (lifetime === 'transient' && this.source(DHT_SERVER_FLAG) === 'default') values.set('dhtMode', 'client');
    return nodeSettings((name) => values.get(name));
  }

  #value(key: string): SettingValue {
    return this.#find(key).value;
  }

  #find(key: string): ResolvedSetting {
    const found = this.all.find((setting) => setting.key === key);
    if (found === undefined) throw new Error(`Unknown setting ${key}`);
    return found;
  }
}

/** Resolve each setting: flag, else environment, else file, else default. @throws UsageError naming setting and source */
export async function resolveSettings(flags: Flags, env: Environment): Promise<Settings> {
  const named = flags.text('config') ?? nonEmpty(env['GGEN_P2P_CONFIG']);
  // A script's unset variable must not select the user's own data.
  for (const key of ['data', 'config'])
    if (flags.text(key)?.trim() === '') throw new UsageError(`--${key} needs a path, but it is empty.`);
  const file = resolve(named ?? defaultConfigFile(env));
  const fromFile = await readConfigFile(file, named !== undefined);
  const all = CLI_SETTINGS.map((setting): ResolvedSetting => {
    const { flag: key, row, variable: origin } = setting;
    const typed = fromFlags(setting, flags);
    if (typed !== undefined) return { key, value: typed, source: 'flag' };
    const text = nonEmpty(env[origin]);
    if (text !== undefined) return { key, value: parseSettingText(row, origin, text), source: 'environment', origin };
    const written = fromFile.get(key);
    if (written !== undefined) return { key, value: written, source: 'file', origin: file };
    return { key, value: key === 'data' ? defaultDataFolder(env) : fromRowValue(row, row.default), source: 'default' };
  });
  return new Settings(
    all.map((setting) => (setting.key === 'data' ? { ...setting, value: resolve(String(setting.value)) } : setting)),
    file,
  );
}

function fromFlags({ flag, row }: CliSetting, flags: Flags): SettingValue | undefined {
  if (flag === DHT_SERVER_FLAG) return dhtServer(flags);
  if (isSwitch(row)) return flags.switch(flag);
  if (row.kind === 'texts') return flags.texts(flag);
  const text = flags.text(flag);
  return text === undefined ? undefined : parseSettingText(row, `--${flag}`, text);
}

function dhtServer(flags: Flags): boolean | undefined {
  const server = flags.switch(DHT_SERVER_FLAG);
  if (!flags.isEnabled('dht-client')) return server;
  if (server === true) throw new UsageError('Use only one of --dht-server and --dht-client.');
  return false;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
