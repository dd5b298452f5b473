import { FORMATS } from '../output/console.ts';
import type { Flags } from './flags.ts';
import type { OptionSpec } from './command-spec.ts';

export const DEFAULT_TIMEOUT_SECONDS = 120;
const MAX_TIMEOUT_SECONDS = 86_400;

export const FORMAT_OPTION: OptionSpec = {
  long: 'format',
  short: 'f',
  value: 'FORMAT',
  complete: FORMATS,
  help: 'table for people; json or yaml for programs (default table)',
};

export const TIMEOUT_OPTION: OptionSpec = {
  long: 'timeout',
  value: 'SECONDS',
  help: `timeout in seconds (default ${DEFAULT_TIMEOUT_SECONDS})`,
};

/** Timeout of a command in milliseconds. @throws UsageError */
export function commandTimeoutMs(flags: Flags, seconds: number): number {
  return (flags.number('timeout', 1, MAX_TIMEOUT_SECONDS) ?? seconds) * 1_000;
}
