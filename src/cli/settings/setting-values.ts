import type { Location } from '../../shared/model.ts';
import { expectedText, settingProblem } from '../../shared/settings/setting-problem.ts';
import type { LocationRow, NumberRow, SettingRow } from '../../shared/settings/setting-row.ts';
import { parseNumber } from '../command-line/flags.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { isSwitch } from './cli-settings.ts';
import { parseSize } from './parse-size.ts';
import { MILLISECONDS_PER_SECOND, numberText } from './setting-help.ts';

/** A value as the command line has it: times in seconds, sizes in bytes, a place as `LAT,LON,REGION`. */
export type SettingValue = string | number | boolean | readonly string[];

const TRUE_WORDS: readonly string[] = ['true', '1', 'yes', 'on'];
const FALSE_WORDS: readonly string[] = ['false', '0', 'no', 'off'];

/**
 * A value from the text of a flag or variable.
 *
 * @param what the flag or variable, as messages name it
 * @throws UsageError
 */
export function parseSettingText(row: SettingRow, what: string, text: string): SettingValue {
  if (isSwitch(row)) return parseBoolean(what, text);
  switch (row.kind) {
    case 'texts':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'number':
      return isSize(row) ? parseSize(what, text, row) : parseNumber(what, text, shownRange(row));
    case 'choice':
      if (row.choices.includes(text)) return text;
      throw new UsageError(`${what} must be one of ${row.choices.join(', ')}, not '${text}'.`);
    case 'location':
      if (text !== '') parseLocation(row, what, text);
      return text;
    case 'boolean':
    case 'path':
    case 'text':
    case 'url':
      return text;
  }
}

/**
 * A value of the configuration file.
 *
 * @param what the file and key, as messages name them
 * @throws UsageError
 */
export function checkedFileValue(row: SettingRow, what: string, value: unknown): SettingValue {
  if (row.kind === 'number') return isSize(row) ? parseSize(what, value, row) : fileNumber(row, what, value);
  const isText = row.kind === 'location' || row.kind === 'url';
  const checked: SettingRow = isSwitch(row)
    ? { kind: 'boolean', label: row.label, default: false }
    : isText
      ? { kind: 'text', label: row.label, default: '' }
      : row;
  const problem = settingProblem(checked, value);
  if (problem !== undefined) throw new UsageError(`${what} must be ${expectedText(problem)}.`);
  if (row.kind === 'location' && value !== '') parseLocation(row, what, String(value));
  return value as SettingValue;
}

/** A value in the unit and form of its row. @throws UsageError when it is a place that is none */
export function toRowValue(row: SettingRow, what: string, value: SettingValue): unknown {
  if (row.kind === 'choice' && isSwitch(row)) return row.choices[value === true ? 0 : 1];
  if (row.kind === 'number' && row.unit === 'milliseconds') return Math.round(Number(value) * MILLISECONDS_PER_SECOND);
  if (row.kind === 'location') return value === '' ? undefined : parseLocation(row, what, String(value));
  return value;
}

/** The value of a row as the command line shows it. */
export function fromRowValue(row: SettingRow, value: unknown): SettingValue {
  if (row.kind === 'choice' && isSwitch(row)) return value === row.choices[0];
  if (row.kind === 'number' && row.unit === 'milliseconds') return Number(value) / MILLISECONDS_PER_SECOND;
  if (row.kind !== 'location') return (value ?? '') as SettingValue;
  if (value === undefined) return '';
  const { latitude, longitude, region } = value as Location;
  return [latitude, longitude, ...(region === undefined ? [] : [region])].join(',');
}

function isSize({ unit }: NumberRow): boolean {
  return unit !== 'count' && unit !== 'milliseconds';
}

function shownRange(row: NumberRow): { readonly min: number; readonly max: number; readonly integer: boolean } {
  const factor = row.unit === 'milliseconds' ? MILLISECONDS_PER_SECOND : 1;
  return { min: row.min / factor, max: row.max / factor, integer: row.integer === true };
}

function fileNumber(row: NumberRow, what: string, value: unknown): number {
  const { min, max, integer } = shownRange(row);
  if (typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  throw new UsageError(
    `${what} must be ${expectedText({ expected: 'number', row }, (bound) => numberText(row, bound))}.`,
  );
}

function parseBoolean(what: string, text: string): boolean {
  const value = text.toLowerCase();
  if (TRUE_WORDS.includes(value)) return true;
  if (FALSE_WORDS.includes(value)) return false;
  throw new UsageError(`${what} must be true or false, not '${value}'.`);
}

/** `LAT,LON` in degrees, and the name of the place after another comma. */
function parseLocation(row: LocationRow, what: string, text: string): Location {
  const [latitude = '', longitude = '', ...rest] = text.split(',').map((part) => part.trim());
  const region = rest.join(', ');
  const degrees = (part: string): number => (part === '' ? NaN : Number(part));
  const location: Location = {
    latitude: degrees(latitude),
    longitude: degrees(longitude),
    ...(region === '' ? {} : { region }),
  };
  const problem = settingProblem(row, location);
  if (problem === undefined) return location;
  throw new UsageError(`${what} must be ${expectedText(problem)}, for example 52.5,13.4,Berlin, not '${text}'.`);
}
