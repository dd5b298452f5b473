import { DEFAULT_NODE_SETTINGS } from '../shared/defaults.ts';
import type { NodeSettings } from '../shared/model.ts';
import { SETTINGS, SETTINGS_SECTION } from '../shared/contributions.ts';
import type { SettingKey } from '../shared/contributions.ts';
import type { Localise } from './ui/localise.ts';
import { listenAddressFault, peerAddressFault } from './ui/multiaddr.ts';

export interface CheckedSettings {
  /** Usable in any case: a value that is faulted is replaced by its default, an address that is faulted left out. */
  readonly settings: NodeSettings;
  /** One sentence for each fault, naming the setting. */
  readonly faults: readonly string[];
}

const NAME_LENGTH = 64;

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
  };
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

function name({ read, t, fault }: Reader): string {
  const value = read(SETTINGS.name);
  if (value === undefined) return DEFAULT_NODE_SETTINGS.name;
  if (typeof value === 'string' && value.trim().length <= NAME_LENGTH) return value.trim();
  fault(SETTINGS.name, t('It must be a text of at most {0} characters.', NAME_LENGTH));
  return DEFAULT_NODE_SETTINGS.name;
}
