import type { CommandContext, OptionSpec } from '../command-line/command-spec.ts';
import { commandTimeoutMs, DEFAULT_TIMEOUT_SECONDS, FORMAT_OPTION, TIMEOUT_OPTION } from '../command-line/options.ts';
import { NODE_FLAGS, settingOptions } from '../settings/cli-settings.ts';
import { resolveSettings } from '../settings/settings.ts';
import type { EngineSessionOptions } from './session.ts';

/** Options of every command that may run a node. */
export const ENGINE_OPTIONS: readonly OptionSpec[] = [FORMAT_OPTION, TIMEOUT_OPTION, ...settingOptions(NODE_FLAGS)];

/** Options of commands that need no other peer. */
export const LOCAL_OPTIONS: readonly OptionSpec[] = [FORMAT_OPTION, TIMEOUT_OPTION, ...settingOptions(['data'])];

/** Options of a session from a command's flags. @throws UsageError */
export async function sessionOptions(
  { flags, console, signal, reads }: CommandContext,
  network: EngineSessionOptions['network'],
  seconds = DEFAULT_TIMEOUT_SECONDS,
): Promise<EngineSessionOptions> {
  const settings = await resolveSettings(flags, process.env);
  return { settings, flags, console, network, signal, reads, timeoutMs: commandTimeoutMs(flags, seconds) };
}
