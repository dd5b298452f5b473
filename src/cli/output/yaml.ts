import { escapeControls } from './sanitize.ts';

/**
 * Plain data as YAML 1.2 (block style). A string that YAML could parse as another type is written in double quotes, as in
 * JSON, which is a subset of YAML.
 */
export function yaml(value: unknown): string {
  return `${lines(value).join('\n')}\n`;
}

const PLAIN = /^[A-Za-z/][A-Za-z0-9 _./+-]*$/;
const RESERVED = /^(?:true|false|yes|no|on|off|null|y|n|~)$/i;

function lines(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item) => nested('-', item));
  if (isMap(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : entry(scalar(key), item)));
  }
  return [scalar(value)];
}

function entry(key: string, value: unknown): string[] {
  const inner = lines(value);
  return isBlock(value) ? [`${key}:`, ...inner.map((line) => `  ${line}`)] : [`${key}: ${inner[0] ?? ''}`];
}

/** An item of a list: its first line follows the dash, the others are indented below it. */
function nested(dash: string, value: unknown): string[] {
  return lines(value).map((line, index) => (index === 0 ? `${dash} ${line}` : `  ${line}`));
}

function scalar(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value !== 'string') return JSON.stringify(value);
  return PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(' ')
    ? value
    : escapeControls(JSON.stringify(value));
}

function isBlock(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
