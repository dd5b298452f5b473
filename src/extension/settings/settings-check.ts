import { isAbsolute } from 'node:path';
import type { Location, NodeSettings } from '../../shared/model.ts';
import { SETTINGS_SECTION } from '../../shared/contributions.ts';
import type { SettingKey } from '../../shared/contributions.ts';
import { normalizeOtlpEndpoint } from '../../shared/otlp-endpoint.ts';
import { nodeSettings } from '../../shared/settings/node-settings.ts';
import { SETTING_NAMES, settingRow } from '../../shared/settings/rows.ts';
import type { SettingName } from '../../shared/settings/rows.ts';
import { settingProblem } from '../../shared/settings/setting-problem.ts';
import type { SettingProblem } from '../../shared/settings/setting-problem.ts';
import type { NumberRow, SettingRow, TextsRow } from '../../shared/settings/setting-row.ts';
import type { Localize } from '../ui/localize.ts';
import { listenAddressProblem, peerAddressProblem } from '../ui/multiaddr.ts';

export interface CheckedSettings {
  /** Usable in any case: an invalid value is replaced by its default, an invalid address is left out. */
  readonly settings: NodeSettings;
  /** One sentence for each fault, naming the setting. */
  readonly problems: readonly string[];
}

/**
 * The node's settings from what the user wrote, which may be anything: settings.json is edited by hand.
 *
 * @param read gives the raw value of a setting.
 */
export function checkSettings(read: (key: SettingKey) => unknown, t: Localize): CheckedSettings {
  const problems: string[] = [];
  const values = new Map<SettingName, unknown>();
  for (const name of SETTING_NAMES) {
    const row = settingRow(name);
    if (row.editor === undefined) continue;
    const { key, factor = 1 } = row.editor;
    const checker: Checker = {
      t,
      factor,
      addProblem: (what) => problems.push(t('Setting {0}: {1}', `${SETTINGS_SECTION}.${key}`, what)),
    };
    const value = read(key as SettingKey) ?? undefined;
    if (value !== undefined) values.set(name, checkedValue(row, value, checker));
  }
  return { settings: nodeSettings((name) => values.get(name)), problems };
}

interface Checker {
  readonly t: Localize;
  /** Row units of one unit of the setting. */
  readonly factor: number;
  readonly addProblem: (what: string) => void;
}

/** The value in the row's unit and form; undefined, with a problem, when it does not fit. */
function checkedValue(row: SettingRow, value: unknown, checker: Checker): unknown {
  const { t, addProblem } = checker;
  if (row.kind === 'texts') return checkedAddresses(row, value, checker);
  const converted = toRowUnit(row, value, checker.factor);
  const problem = settingProblem(row, converted);
  if (problem !== undefined) {
    addProblem(problemText(problem, checker));
    return undefined;
  }
  if (row.kind === 'path' && converted !== '' && !isAbsolute(String(converted))) {
    addProblem(t('Value must be an absolute path, or empty to use the default folder.'));
    return undefined;
  }
  return converted;
}

function toRowUnit(row: SettingRow, value: unknown, factor: number): unknown {
  switch (row.kind) {
    case 'number':
      return inRowUnit(row, value, factor);
    case 'text':
    case 'path':
      return typeof value === 'string' ? value.trim() : value;
    case 'url':
      return typeof value === 'string' ? (normalizeOtlpEndpoint(value) ?? value.trim()) : value;
    case 'location':
      return trimmedLocation(value);
    case 'boolean':
    case 'choice':
    case 'texts':
      return value;
  }
}

function inRowUnit({ zeroIsUnlimited }: NumberRow, value: unknown, factor: number): unknown {
  if (typeof value !== 'number' || factor === 1) return value;
  // A fraction of a byte must not become 0, which is no limit.
  return zeroIsUnlimited === true ? Math.ceil(value * factor) : Math.round(value * factor);
}

/** The region without spaces around it, and left out when nothing remains. */
function trimmedLocation(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('region' in value)) return value;
  const { region, ...degrees } = value as Location;
  if (typeof region !== 'string') return value;
  return region.trim() === '' ? degrees : { ...degrees, region: region.trim() };
}

/** The addresses that have the right form, each once; undefined when there is none. */
function checkedAddresses(
  { items }: TextsRow,
  value: unknown,
  { t, addProblem }: Checker,
): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    addProblem(t('Value must be a list of addresses.'));
    return undefined;
  }
  const problemOf = items === 'listen-address' ? listenAddressProblem : peerAddressProblem;
  const valid = new Set<string>();
  for (const entry of value as readonly unknown[]) {
    const address = typeof entry === 'string' ? entry.trim() : JSON.stringify(entry);
    const problem = problemOf(address, t);
    if (problem === undefined) valid.add(address);
    else addProblem(t('“{0}” is not valid. {1}', address, problem));
  }
  return valid.size === 0 ? undefined : [...valid];
}

function problemText(problem: SettingProblem, { t, factor }: Checker): string {
  switch (problem.expected) {
    case 'boolean':
      return t('Value must be true or false.');
    case 'list':
      return t('Value must be a list of addresses.');
    case 'url':
      return t('Value must be an HTTP or HTTPS URL, such as {0}, or empty.', 'http://127.0.0.1:4318');
    case 'text':
      return t('Value must be text of at most {0} characters.', problem.maxLength);
    case 'choice':
      return t('Value must be {0}.', problem.choices.map((choice) => `“${choice}”`).join(' or '));
    case 'number': {
      const [min, max] = [shown(problem.row.min / factor), shown(problem.row.max / factor)];
      return problem.row.zeroIsUnlimited === true
        ? t('Value must be a number from {0} to {1}, or 0 for no limit.', min, max)
        : t('Value must be a number from {0} to {1}.', min, max);
    }
    case 'latitude':
      return t('“latitude” must be a number from {0} to {1}.', -problem.max, problem.max);
    case 'longitude':
      return t('“longitude” must be a number from {0} to {1}.', -problem.max, problem.max);
    case 'region':
      return t('“region” must be text of at most {0} characters.', problem.maxLength);
  }
}

/** A bound in the setting's unit, rounded: bounds are stored in whole bytes, which makes 0.001 GiB a little more. */
function shown(value: number): number {
  return Number(value.toPrecision(3));
}
