import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_NODE_SETTINGS } from '../shared/defaults.ts';
import type { NodeSettings } from '../shared/model.ts';
import type { NodeFlags } from './arguments.ts';
import { UsageError } from './usage-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of the node: the command line's, else the environment's (ggen's names), else the defaults. */
export function nodeSettings(
  flags: NodeFlags,
  environment: Environment,
  defaultMode: NodeSettings['dhtMode'],
): NodeSettings {
  return {
    ...DEFAULT_NODE_SETTINGS,
    listen: flags.listen ?? list(environment['GGEN_P2P_LISTEN']) ?? DEFAULT_NODE_SETTINGS.listen,
    bootstrap: flags.bootstrap ?? list(environment['GGEN_P2P_BOOTSTRAP']) ?? DEFAULT_NODE_SETTINGS.bootstrap,
    dhtMode: flags.dhtMode ?? modeOf(environment['GGEN_P2P_DHT_SERVER']) ?? defaultMode,
    name: flags.name ?? DEFAULT_NODE_SETTINGS.name,
  };
}

/** Absolute path of the data folder: the given one, else one in the folder that the system has for such data. */
export function dataFolder(flags: NodeFlags, environment: Environment, platform: NodeJS.Platform): string {
  return resolve(flags.data ?? join(userDataFolder(environment, platform), 'ggen-p2p'));
}

/** Folder that relative paths start from: npm runs its scripts in the project's folder, wherever one typed. */
export function startFolder(environment: Environment): string {
  const typedIn = environment['npm_lifecycle_event'] === 'peer' ? set(environment['INIT_CWD']) : undefined;
  return typedIn ?? process.cwd();
}

function userDataFolder(environment: Environment, platform: NodeJS.Platform): string {
  const home = homedir();
  if (platform === 'win32') return set(environment['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return set(environment['XDG_DATA_HOME']) ?? join(home, '.local', 'share');
}

function modeOf(text: string | undefined): NodeSettings['dhtMode'] | undefined {
  const value = set(text)?.toLowerCase();
  if (value === undefined) return undefined;
  if (['true', '1', 'yes', 'on'].includes(value)) return 'server';
  if (['false', '0', 'no', 'off'].includes(value)) return 'client';
  throw new UsageError(`GGEN_P2P_DHT_SERVER is '${value}', but it must be true or false.`);
}

function list(text: string | undefined): readonly string[] | undefined {
  return set(text)
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function set(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
