import { isAbsolute } from 'node:path';
import { DEFAULT_NODE_SETTINGS } from '../../shared/defaults.ts';
import type { Location, NodeSettings, TransferSettings } from '../../shared/model.ts';
import { SETTINGS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { normalizeOtlpEndpoint } from '../../shared/otlp-endpoint.ts';
import type { SettingKey } from '../../shared/contributions.ts';
import type { Localize } from '../ui/localize.ts';
import { listenAddressProblem, peerAddressProblem } from '../ui/multiaddr.ts';

export interface CheckedSettings {
  /** Usable in any case: a value that is faulted is replaced by its default, an address that is faulted left out. */
  readonly settings: NodeSettings;
  /** One sentence for each fault, naming the setting. */
  readonly problems: readonly string[];
}

const MAX_NAME_LENGTH = 64;
/** In kB per second: below it, other peers take this one for stalled. */
const MIN_RATE_KB_PER_SECOND = 16;
const GIB = 1024 ** 3;

/**
 * The node's settings out of what the user wrote, which may be anything: settings.json is edited by hand.
 *
 * @param read gives the raw value of a setting.
 */
export function checkSettings(read: (key: SettingKey) => unknown, t: Localize): CheckedSettings {
  const problems: string[] = [];
  const addProblem = (key: SettingKey, what: string): void => {
    problems.push(t('Setting {0}: {1}', `${SETTINGS_SECTION}.${key}`, what));
  };
  const reader: SettingReader = { read, t, addProblem };
  const listen = addresses(reader, SETTINGS.listen, listenAddressProblem);
  const settings: NodeSettings = {
    listen: listen.length > 0 ? listen : DEFAULT_NODE_SETTINGS.listen,
    bootstrap: addresses(reader, SETTINGS.bootstrap, peerAddressProblem),
    dhtMode: dhtMode(reader),
    fanOut: number(reader, SETTINGS.fanOut, { min: 1, max: 10, fallback: DEFAULT_NODE_SETTINGS.fanOut, integer: true }),
    timeout:
      1000 * number(reader, SETTINGS.timeout, { min: 1, max: 300, fallback: DEFAULT_NODE_SETTINGS.timeout / 1000 }),
    name: name(reader),
    transfers: transfers(reader),
    quota: Math.round(
      GIB * number(reader, SETTINGS.quota, { min: 0.1, max: 100_000, fallback: DEFAULT_NODE_SETTINGS.quota / GIB }),
    ),
    ...location(reader),
    ...otlpEndpoint(reader),
  };
  checkDataFolder(reader);
  return { settings, problems };
}

interface SettingReader {
  readonly read: (key: SettingKey) => unknown;
  readonly t: Localize;
  readonly addProblem: (key: SettingKey, what: string) => void;
}

function addresses(
  { read, t, addProblem }: SettingReader,
  key: SettingKey,
  problemOf: (address: string, t: Localize) => string | undefined,
): readonly string[] {
  const value = read(key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    addProblem(key, t('Value must be a list of addresses.'));
    return [];
  }
  const valid = new Set<string>();
  for (const entry of value as readonly unknown[]) {
    const address = typeof entry === 'string' ? entry.trim() : JSON.stringify(entry);
    const problem = problemOf(address, t);
    if (problem === undefined) valid.add(address);
    else addProblem(key, t('“{0}” is not valid. {1}', address, problem));
  }
  return [...valid];
}

function dhtMode({ read, t, addProblem }: SettingReader): NodeSettings['dhtMode'] {
  const value = read(SETTINGS.dhtMode);
  if (value === 'server' || value === 'client') return value;
  if (value !== undefined) addProblem(SETTINGS.dhtMode, t('Value must be “server” or “client”.'));
  return DEFAULT_NODE_SETTINGS.dhtMode;
}

function number(
  { read, t, addProblem }: SettingReader,
  key: SettingKey,
  range: { readonly min: number; readonly max: number; readonly fallback: number; readonly integer?: boolean },
): number {
  const value = read(key);
  if (value === undefined) return range.fallback;
  const usable = typeof value === 'number' && value >= range.min && value <= range.max;
  if (usable && (range.integer !== true || Number.isInteger(value))) return value;
  addProblem(key, t('Value must be a number from {0} to {1}.', range.min, range.max));
  return range.fallback;
}

/** kB and MB as users count them become bytes. */
function transfers(reader: SettingReader): TransferSettings {
  const fallback = DEFAULT_NODE_SETTINGS.transfers;
  const limit = (key: SettingKey, unit: number, min: number): number =>
    unit * (reader.read(key) === 0 ? 0 : number(reader, key, { min, max: 1e8, fallback: 0 }));
  return {
    seedInstalled: flag(reader, SETTINGS.seedInstalled, fallback.seedInstalled),
    uploadRate: limit(SETTINGS.uploadRate, 1e3, MIN_RATE_KB_PER_SECOND),
    downloadRate: limit(SETTINGS.downloadRate, 1e3, MIN_RATE_KB_PER_SECOND),
    uploadPerDay: limit(SETTINGS.uploadPerDay, 1e6, 1),
    downloadPerDay: limit(SETTINGS.downloadPerDay, 1e6, 1),
    transfersPerPeer: number(reader, SETTINGS.transfersPerPeer, {
      min: 1,
      max: 16,
      fallback: fallback.transfersPerPeer,
      integer: true,
    }),
    limitLocalNetwork: flag(reader, SETTINGS.limitLocalNetwork, fallback.limitLocalNetwork),
  };
}

function flag({ read, t, addProblem }: SettingReader, key: SettingKey, fallback: boolean): boolean {
  const value = read(key);
  if (value === undefined || typeof value === 'boolean') return value ?? fallback;
  addProblem(key, t('Value must be true or false.'));
  return fallback;
}

/** Which folder it is, is read when the engine starts; here only what is wrong with it is told. */
function checkDataFolder({ read, t, addProblem }: SettingReader): void {
  const value = read(SETTINGS.dataFolder);
  if (value === undefined || value === '' || (typeof value === 'string' && isAbsolute(value.trim()))) return;
  addProblem(SETTINGS.dataFolder, t('Value must be an absolute path, or empty to use the default folder.'));
}

function name({ read, t, addProblem }: SettingReader): string {
  const value = read(SETTINGS.name);
  if (value === undefined) return DEFAULT_NODE_SETTINGS.name;
  if (typeof value === 'string' && value.trim().length <= MAX_NAME_LENGTH) return value.trim();
  addProblem(SETTINGS.name, t('Value must be text of at most {0} characters.', MAX_NAME_LENGTH));
  return DEFAULT_NODE_SETTINGS.name;
}

/** Nothing is sent unless the user named where to. */
function otlpEndpoint({ read, t, addProblem }: SettingReader): { readonly otlpEndpoint?: string } {
  const value = read(SETTINGS.otlpEndpoint);
  if (value === undefined || value === '') return {};
  const otlpEndpoint = typeof value === 'string' ? normalizeOtlpEndpoint(value) : undefined;
  if (otlpEndpoint !== undefined) return { otlpEndpoint };
  addProblem(
    SETTINGS.otlpEndpoint,
    t('Value must be an HTTP or HTTPS URL, such as {0}, or empty.', 'http://127.0.0.1:4318'),
  );
  return {};
}

/** Nothing unless the user told a place: one that is faulted is not told to anybody either. */
function location({ read, t, addProblem }: SettingReader): { readonly location?: Location } {
  const value = read(SETTINGS.location) ?? undefined;
  if (value === undefined) return {};
  const { latitude, longitude, region = '' } = value as Readonly<Record<string, unknown>>;
  const reject = (what: string): { readonly location?: Location } => {
    addProblem(SETTINGS.location, what);
    return {};
  };
  if (!isDegree(latitude, 90)) return reject(t('“latitude” must be a number from {0} to {1}.', -90, 90));
  if (!isDegree(longitude, 180)) return reject(t('“longitude” must be a number from {0} to {1}.', -180, 180));
  if (typeof region !== 'string' || region.length > MAX_NAME_LENGTH) {
    return reject(t('“region” must be text of at most {0} characters.', MAX_NAME_LENGTH));
  }
  return { location: { latitude, longitude, ...(region.trim() === '' ? {} : { region: region.trim() }) } };
}

function isDegree(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
