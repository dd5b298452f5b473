import type { CommandLineNames, NumberRow, SettingRow } from '../../shared/settings/setting-row.ts';
import { bytes } from '../output/units.ts';

type DescribedSetting = CommandLineNames & { readonly row: SettingRow };

/** The help of a setting with its range and default. */
export function settingHelp({ help, row, shownDefault }: DescribedSetting): string {
  const usual = shownDefault ?? defaultText(row);
  return withNotes(help, [rangeText(row), usual === '' ? '' : `default: ${usual}`]);
}

/** The help of a setting with its range. */
export function describeSetting({ help, row }: DescribedSetting): string {
  return withNotes(help, [rangeText(row)]);
}

function withNotes(help: string, notes: readonly string[]): string {
  const shown = notes.filter((note) => note !== '');
  return shown.length === 0 ? help : `${help} (${shown.join('; ')})`;
}

/** Default of a setting as text; empty where there is none. */
export function defaultText(row: SettingRow): string {
  switch (row.kind) {
    case 'number':
      return row.zeroIsUnlimited === true && row.default === 0 ? 'no limit' : numberText(row, row.default);
    case 'texts':
      return row.default.join(', ');
    case 'boolean':
      return String(row.default);
    case 'location':
      return '';
    case 'choice':
    case 'path':
    case 'text':
    case 'url':
      return row.default;
  }
}

/** Least and most of a number, as far as a reader needs them. */
function rangeText(row: SettingRow): string {
  if (row.kind !== 'number') return '';
  if (row.unit === 'count' || row.unit === 'milliseconds')
    return `${numberText(row, row.min)} to ${numberText(row, row.max)}`;
  return row.min > 1 ? `at least ${numberText(row, row.min)}` : '';
}

/** A number in the unit in which the command line takes it. */
export function numberText({ unit }: NumberRow, value: number): string {
  switch (unit) {
    case 'count':
      return String(value);
    case 'milliseconds':
      return String(value / MILLISECONDS_PER_SECOND);
    case 'bytes':
    case 'bytes-per-day':
    case 'bytes-per-second':
      return sizeText(value);
  }
}

export const MILLISECONDS_PER_SECOND = 1_000;

const EXACT_UNITS: readonly (readonly [number, string])[] = [
  [1024 ** 3, 'GiB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
];

/** A size in the largest unit of which it is a multiple. */
function sizeText(value: number): string {
  const [factor, unit] = EXACT_UNITS.find(([size]) => value % size === 0) ?? [1, ''];
  return unit === '' ? bytes(value) : `${value / factor} ${unit}`;
}
