import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { errorMessage } from '../../shared/errors.ts';
import { UsageError } from '../command-line/usage-error.ts';
import type { SettingSpec, SettingValue } from './setting-specs.ts';
import { SETTING_SPECS } from './setting-specs.ts';
import { parseSize } from './parse-size.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A file nobody writes by hand is larger than this. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Settings whose texts are paths: relative ones start from the file's folder. */
const PATH_KEYS: readonly string[] = ['data', 'publish'];

/** Where the configuration file is looked for when none is named. */
export function defaultConfigFile(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const nonEmpty = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const base =
    platform === 'win32'
      ? (nonEmpty('APPDATA') ?? join(homedir(), 'AppData', 'Roaming'))
      : (nonEmpty('XDG_CONFIG_HOME') ?? join(homedir(), '.config'));
  return join(base, 'ggen-p2p', 'config.toml');
}

/**
 * Settings of a configuration file, by key.
 *
 * @param required whether it is an error when the file is missing
 * @throws UsageError naming the file, and the line or key that is wrong
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
  const unknown = Object.keys(document).filter((key) => !SETTING_SPECS.some((setting) => setting.key === key));
  if (unknown.length > 0) {
    const known = SETTING_SPECS.map(({ key }) => key).join(', ');
    throw new UsageError(`${path}: unknown setting ${unknown.join(', ')}. Available settings: ${known}.`);
  }
  return new Map(
    SETTING_SPECS.flatMap((spec) => {
      const value = document[spec.key];
      return value === undefined
        ? []
        : [[spec.key, toAbsolutePath(spec, checkedValue(spec, value, path), dirname(path))] as const];
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
    throw new UsageError(`Cannot read the configuration file: ${errorMessage(error)}`);
  }
}

function checkedValue(spec: SettingSpec, value: unknown, path: string): SettingValue {
  const expectValue = (expected: string, ok: boolean): SettingValue => {
    if (!ok) throw new UsageError(`${path}: '${spec.key}' must be ${expected}.`);
    return value as SettingValue;
  };
  const [min, max] = spec.range ?? [-Infinity, Infinity];
  switch (spec.kind) {
    case 'text':
      return expectValue('a string', typeof value === 'string');
    case 'texts':
      return expectValue('a list of strings', Array.isArray(value) && value.every((item) => typeof item === 'string'));
    case 'flag':
      return expectValue('true or false', typeof value === 'boolean');
    case 'size':
      return parseSize(`${path}: '${spec.key}'`, value, min);
    case 'count':
      return expectValue(
        `a whole number from ${min} to ${max}`,
        Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
      );
    case 'seconds':
      return expectValue(`a number from ${min} to ${max}`, typeof value === 'number' && value >= min && value <= max);
    default:
      return expectValue(`one of ${spec.kind.oneOf.join(', ')}`, spec.kind.oneOf.includes(String(value)));
  }
}

function toAbsolutePath(spec: SettingSpec, value: SettingValue, folder: string): SettingValue {
  if (!PATH_KEYS.includes(spec.key)) return value;
  const one = (path: string): string => (isAbsolute(path) || path === '' ? path : resolve(folder, path));
  return typeof value === 'string' ? one(value) : Array.isArray(value) ? value.map(String).map(one) : value;
}
