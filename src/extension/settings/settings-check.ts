import { isAbsolute } from 'node:path';
import { DEFAULT_NODE_SETTINGS } from '../../shared/defaults.ts';
import type { Location, NodeSettings, TransferSettings } from '../../shared/model.ts';
import { SETTINGS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { normaliseOtlpEndpoint } from '../../shared/otlp-endpoint.ts';
import type { SettingKey } from '../../shared/contributions.ts';
import type { Localise } from '../ui/localise.ts';
import { listenAddressFault, peerAddressFault } from '../ui/multiaddr.ts';

export interface CheckedSettings {
  /** Usable in any case: a value that is faulted is replaced by its default, an address that is faulted left out. */
  readonly settings: NodeSettings;
  /** One sentence for each fault, naming the setting. */
  readonly faults: readonly string[];
}

const NAME_LENGTH = 64;
/** In kB per second: below it, other peers take this one for stalled. */
const LOWEST_RATE = 16;
const GIB = 1024 ** 3;

/**
 * The node's settings out of what the user wrote, which may be anything: settings.json is edited by hand.
 *
 * @param read gives the raw value of a setting.
 */
export function checkSettings(read: (key: SettingKey) => unknown, t: Localise): CheckedSettings {
  const faults: string[] = [];
  const fault = (key: SettingKey, what: string): void => {
    faults.push(t('Setting {0}: {1}', `${SETTINGS_SECTION}.${key}`, what));
  };
  const reader: Reader = { read, t, fault };
  const listen = addresses(reader, SETTINGS.listen, listenAddressFault);
  const settings: NodeSettings = {
    listen: listen.length > 0 ? listen : DEFAULT_NODE_SETTINGS.listen,
    bootstrap: addresses(reader, SETTINGS.bootstrap, peerAddressFault),
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
  return { settings, faults };
}

interface Reader {
  readonly read: (key: SettingKey) => unknown;
  readonly t: Localise;
  readonly fault: (key: SettingKey, what: string) => void;
}

function addresses(
  { read, t, fault }: Reader,
  key: SettingKey,
  faultOf: (address: string, t: Localise) => string | undefined,
): readonly string[] {
  const value = read(key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    fault(key, t('It must be a list of addresses.'));
    return [];
  }
  const good = new Set<string>();
  for (const entry of value as readonly unknown[]) {
    const address = typeof entry === 'string' ? entry.trim() : JSON.stringify(entry);
    const wrong = faultOf(address, t);
    if (wrong === undefined) good.add(address);
    else fault(key, t('“{0}” is not usable. {1}', address, wrong));
  }
  return [...good];
}

function dhtMode({ read, t, fault }: Reader): NodeSettings['dhtMode'] {
  const value = read(SETTINGS.dhtMode);
  if (value === 'server' || value === 'client') return value;
  if (value !== undefined) fault(SETTINGS.dhtMode, t('It must be “server” or “client”.'));
  return DEFAULT_NODE_SETTINGS.dhtMode;
}

function number(
  { read, t, fault }: Reader,
  key: SettingKey,
  range: { readonly min: number; readonly max: number; readonly fallback: number; readonly integer?: boolean },
): number {
  const value = read(key);
  if (value === undefined) return range.fallback;
  const usable = typeof value === 'number' && value >= range.min && value <= range.max;
  if (usable && (range.integer !== true || Number.isInteger(value))) return value;
  fault(key, t('It must be a number from {0} to {1}.', range.min, range.max));
  return range.fallback;
}

/** kB and MB as users count them become bytes. */
function transfers(reader: Reader): TransferSettings {
  const fallback = DEFAULT_NODE_SETTINGS.transfers;
  const limit = (key: SettingKey, unit: number, min: number): number =>
    unit * (reader.read(key) === 0 ? 0 : number(reader, key, { min, max: 1e8, fallback: 0 }));
  return {
    serveInstalled: flag(reader, SETTINGS.serveInstalled, fallback.serveInstalled),
    sendRate: limit(SETTINGS.uploadRate, 1e3, LOWEST_RATE),
    receiveRate: limit(SETTINGS.downloadRate, 1e3, LOWEST_RATE),
    sendPerDay: limit(SETTINGS.uploadPerDay, 1e6, 1),
    receivePerDay: limit(SETTINGS.downloadPerDay, 1e6, 1),
    perPeer: number(reader, SETTINGS.transfersPerPeer, { min: 1, max: 16, fallback: fallback.perPeer, integer: true }),
    limitLocal: flag(reader, SETTINGS.limitLocalNetwork, fallback.limitLocal),
  };
}

function flag({ read, t, fault }: Reader, key: SettingKey, fallback: boolean): boolean {
  const value = read(key);
  if (value === undefined || typeof value === 'boolean') return value ?? fallback;
  fault(key, t('It must be true or false.'));
  return fallback;
}

/** Which folder it is, is read when the engine starts; here only what is wrong with it is told. */
function checkDataFolder({ read, t, fault }: Reader): void {
  const value = read(SETTINGS.dataFolder);
  if (value === undefined || value === '' || (typeof value === 'string' && isAbsolute(value.trim()))) return;
  fault(SETTINGS.dataFolder, t('It must be an absolute path, or empty for the usual folder.'));
}

function name({ read, t, fault }: Reader): string {
  const value = read(SETTINGS.name);
  if (value === undefined) return DEFAULT_NODE_SETTINGS.name;
  if (typeof value === 'string' && value.trim().length <= NAME_LENGTH) return value.trim();
  fault(SETTINGS.name, t('It must be a text of at most {0} characters.', NAME_LENGTH));
  return DEFAULT_NODE_SETTINGS.name;
}

/** Nothing is sent unless the user named where to. */
function otlpEndpoint({ read, t, fault }: Reader): { readonly otlpEndpoint?: string } {
  const value = read(SETTINGS.otlpEndpoint);
  if (value === undefined || value === '') return {};
  const otlpEndpoint = typeof value === 'string' ? normaliseOtlpEndpoint(value) : undefined;
  if (otlpEndpoint !== undefined) return { otlpEndpoint };
  fault(SETTINGS.otlpEndpoint, t('It must be an http or https URL such as {0}, or empty.', 'http://127.0.0.1:4318'));
  return {};
}

/** Nothing unless the user told a place: one that is faulted is not told to anybody either. */
function location({ read, t, fault }: Reader): { readonly location?: Location } {
  const value = read(SETTINGS.location) ?? undefined;
  if (value === undefined) return {};
  const { latitude, longitude, region = '' } = value as Readonly<Record<string, unknown>>;
  const wrong = (what: string): { readonly location?: Location } => {
    fault(SETTINGS.location, what);
    return {};
  };
  if (!isDegree(latitude, 90)) return wrong(t('“latitude” must be a number of degrees from {0} to {1}.', -90, 90));
  if (!isDegree(longitude, 180)) return wrong(t('“longitude” must be a number of degrees from {0} to {1}.', -180, 180));
  if (typeof region !== 'string' || region.length > NAME_LENGTH) {
    return wrong(t('“region” must be a text of at most {0} characters.', NAME_LENGTH));
  }
  return { location: { latitude, longitude, ...(region.trim() === '' ? {} : { region: region.trim() }) } };
}

function isDegree(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= limit;
}
