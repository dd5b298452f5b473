import { FORMATS } from '../output/console.ts';
import type { Flags } from './flags.ts';
import type { CommandContext, OptionSpec } from './command-spec.ts';
import type { EngineSessionOptions } from '../session/session.ts';
import { NODE_FLAGS, settingOptions } from '../settings/cli-settings.ts';
import { resolveSettings } from '../settings/settings.ts';

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

/** Options of every command that may run a node. */
export const ENGINE_OPTIONS: readonly OptionSpec[] = [FORMAT_OPTION, TIMEOUT_OPTION, ...settingOptions(NODE_FLAGS)];

/** Options of commands that need no other peer. */
export const LOCAL_OPTIONS: readonly OptionSpec[] = [FORMAT_OPTION, TIMEOUT_OPTION, ...settingOptions(['data'])];

/** Options of a session from a command's flags. @throws UsageError */
export async function sessionOptions(
  { flags, console, signal }: CommandContext,
  network: EngineSessionOptions['network'],
  seconds = DEFAULT_TIMEOUT_SECONDS,
): Promise<EngineSessionOptions> {
  const settings = await resolveSettings(flags, process.env);
  return { settings, flags, console, network, signal, timeoutMs: commandTimeoutMs(flags, seconds) };
}

/** Timeout of a command in milliseconds. @throws UsageError */
export function commandTimeoutMs(flags: Flags, seconds: number): number {
  return (flags.number('timeout', 1, MAX_TIMEOUT_SECONDS) ?? seconds) * 1_000;
}
