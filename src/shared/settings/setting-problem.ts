import { normalizeOtlpEndpoint } from '../otlp-endpoint.ts';
import type { NumberRow, SettingRow } from './setting-row.ts';

/** What a value should have been. Numbers are in the row's unit; each program shows them in its own. */
export type SettingProblem =
  | { readonly expected: 'boolean' | 'list' | 'url' }
  | { readonly expected: 'text' | 'region'; readonly maxLength: number }
  | { readonly expected: 'choice'; readonly choices: readonly string[] }
  | { readonly expected: 'number'; readonly row: NumberRow }
  | { readonly expected: 'latitude' | 'longitude'; readonly max: number };

const MAX_LATITUDE = 90;
const MAX_LONGITUDE = 180;

/** What is wrong with a value in its row's unit; undefined when nothing is. The items of a list are not looked into. */
export function settingProblem(row: SettingRow, value: unknown): SettingProblem | undefined {
  switch (row.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { expected: 'boolean' };
    case 'texts':
      return isTexts(value) ? undefined : { expected: 'list' };
    case 'choice':
      return row.choices.includes(String(value)) ? undefined : { expected: 'choice', choices: row.choices };
    case 'number':
      return isInRange(row, value) ? undefined : { expected: 'number', row };
    case 'location':
      return locationProblem(value, row.maxRegionLength);
    case 'url':
      return isUrlOrEmpty(value) ? undefined : { expected: 'url' };
    case 'text':
      return textProblem(value, row.maxLength);
    case 'path':
      return textProblem(value);
  }
}

/** The problem as the end of a sentence that begins with "must be". `show` gives a number in the reader's unit. */
export function expectedText(problem: SettingProblem, show: (value: number) => string = String): string {
  switch (problem.expected) {
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'a list of strings';
    case 'url':
      return "a URL such as 'http://127.0.0.1:4318', without a user name, query, or fragment";
    case 'text':
      return problem.maxLength === Infinity ? 'a string' : `a string of at most ${problem.maxLength} characters`;
    case 'choice':
      return `one of ${problem.choices.join(', ')}`;
    case 'number': {
      const { integer, min, max, zeroIsUnlimited } = problem.row;
      const kind = integer === true ? 'a whole number' : 'a number';
      return `${kind} from ${show(min)} to ${show(max)}${zeroIsUnlimited === true ? ', or 0 for no limit' : ''}`;
    }
    case 'latitude':
    case 'longitude':
      return `a location with a ${problem.expected} from ${-problem.max} to ${problem.max} degrees`;
    case 'region':
      return `a location with a region of at most ${problem.maxLength} characters`;
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isUrlOrEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'string' && normalizeOtlpEndpoint(value) !== undefined);
}

function isInRange({ min, max, integer, zeroIsUnlimited }: NumberRow, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (value === 0 && zeroIsUnlimited === true) return true;
  return value >= min && value <= max && (integer !== true || Number.isInteger(value));
}

function textProblem(value: unknown, maxLength = Infinity): SettingProblem | undefined {
  return typeof value === 'string' && value.trim().length <= maxLength ? undefined : { expected: 'text', maxLength };
}

function locationProblem(value: unknown, maxRegionLength: number): SettingProblem | undefined {
  const { latitude, longitude, region = '' } = Object(value) as Readonly<Record<string, unknown>>;
  if (!isDegree(latitude, MAX_LATITUDE)) return { expected: 'latitude', max: MAX_LATITUDE };
  if (!isDegree(longitude, MAX_LONGITUDE)) return { expected: 'longitude', max: MAX_LONGITUDE };
  return typeof region === 'string' && region.length <= maxRegionLength
    ? undefined
    : { expected: 'region', maxLength: maxRegionLength };
}

function isDegree(value: unknown, max: number): boolean {
  return typeof value === 'number' && Math.abs(value) <= max;
}
