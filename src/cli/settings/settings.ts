import { resolve } from 'node:path';
import { defaultDataFolder } from '../../platform/data-folder.ts';
import { DEFAULT_NODE_SETTINGS } from '../../shared/defaults.ts';
import type { NodeSettings } from '../../shared/model.ts';
import type { Flags } from '../command-line/flags.ts';
import { parseNumber } from '../command-line/flags.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { defaultConfigFile, readConfigFile } from './config-file.ts';
import type { SettingSpec, SettingValue } from './setting-specs.ts';
import { SETTING_SPECS } from './setting-specs.ts';
import { parseSize } from './parse-size.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a setting's value comes from, the strongest first. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

export interface ResolvedSetting {
  readonly key: string;
  readonly value: SettingValue;
  readonly source: SettingSource;
  /** The variable or file, where it is one. */
  readonly origin?: string;
}

/** Every setting with its value and where that comes from. */
export class Settings {
  readonly all: readonly ResolvedSetting[];
  /** The configuration file, whether there is one or not. */
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

  /** Settings to start the node with. A call that ends at once serves the DHT of nobody unless it was told to. */
  node(kind: 'persistent' | 'transient'): NodeSettings {
    const server = this.source('dht-server') === 'default' ? kind === 'persistent' : this.isEnabled('dht-server');
    return {
      ...DEFAULT_NODE_SETTINGS,
      listen: this.texts('listen'),
      bootstrap: this.texts('bootstrap'),
      dhtMode: server ? 'server' : 'client',
      name: this.text('name'),
      fanOut: this.number('fan-out'),
      quota: this.number('quota'),
      timeout: Math.round(this.number('query-timeout') * 1_000),
      otlpEndpoint: this.text('otlp-endpoint'),
    };
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

/** Flag, else environment, else configuration file, else default. @throws UsageError naming what is wrong and where */
export async function resolveSettings(flags: Flags, env: Environment): Promise<Settings> {
  const named = flags.text('config') ?? nonEmpty(env['GGEN_P2P_CONFIG']);
  const file = resolve(named ?? defaultConfigFile(env));
  const fromFile = await readConfigFile(file, named !== undefined);
  const all = SETTING_SPECS.map((spec): ResolvedSetting => {
    const { key } = spec;
    const typed = fromFlags(spec, flags);
    if (typed !== undefined) return { key, value: typed, source: 'flag' };
    const variable = fromEnvironment(spec, env);
    if (variable !== undefined) return { key, value: variable, source: 'environment', origin: spec.env };
    const written = fromFile.get(key);
    if (written !== undefined) return { key, value: written, source: 'file', origin: file };
    return { key, value: key === 'data' ? defaultDataFolder(env) : spec.defaultValue, source: 'default' };
  });
  return new Settings(
    all.map((setting) => (setting.key === 'data' ? { ...setting, value: resolve(String(setting.value)) } : setting)),
    file,
  );
}

function fromFlags({ key, kind, range = [0, Infinity] }: SettingSpec, flags: Flags): SettingValue | undefined {
  if (key === 'dht-server') return dhtServer(flags);
  if (kind === 'flag') return flags.has(key) ? flags.isEnabled(key) : undefined;
  if (kind === 'texts') return flags.texts(key);
  if (kind === 'size') return sizeFlag(`--${key}`, flags.text(key), range[0]);
  if (kind === 'count' || kind === 'seconds') return flags.number(key, ...range, kind === 'count');
  const text = flags.text(key);
  return text === undefined || kind === 'text' ? text : parseChoice(`--${key}`, text, kind.oneOf);
}

function sizeFlag(what: string, text: string | undefined, minBytes: number): number | undefined {
  return text === undefined ? undefined : parseSize(what, text, minBytes);
}

function dhtServer(flags: Flags): boolean | undefined {
  const server = flags.isEnabled('dht-server');
  const client = flags.isEnabled('dht-client');
  if (server && client) throw new UsageError('Use only one of --dht-server and --dht-client.');
  return server ? true : client ? false : undefined;
}

function fromEnvironment(
  { env: name, kind, range = [0, Infinity] }: SettingSpec,
  env: Environment,
): SettingValue | undefined {
  const text = nonEmpty(env[name]);
  if (text === undefined) return undefined;
  switch (kind) {
    case 'text':
      return text;
    case 'texts':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'size':
      return parseSize(name, text, range[0]);
    case 'flag':
      return parseBoolean(name, text);
    case 'count':
    case 'seconds':
      return parseNumber(name, text, ...range, kind === 'count');
    default:
      return parseChoice(name, text, kind.oneOf);
  }
}

function parseBoolean(name: string, text: string): boolean {
  const value = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  if (['false', '0', 'no', 'off'].includes(value)) return false;
  throw new UsageError(`${name} must be true or false, not '${value}'.`);
}

function parseChoice(what: string, text: string, allowed: readonly string[]): string {
  if (allowed.includes(text)) return text;
  throw new UsageError(`${what} must be one of ${allowed.join(', ')}, not '${text}'.`);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
