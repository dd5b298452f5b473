import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The data folder of this user's node, shared by all windows and commands on this machine: in the system's folder for
 * application data. A container may share the home folder with its host, so it has a data folder of its own.
 */
export function defaultDataFolder(
  environment: Environment = process.env,
  platform = process.platform,
  container = isContainer(),
): string {
  const base = join(userDataFolder(environment, platform), 'ggen-p2p');
  return container ? join(base, 'containers', hostname()) : base;
}

function userDataFolder(environment: Environment, platform: NodeJS.Platform): string {
  const home = homedir();
  if (platform === 'win32') return nonEmpty(environment['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  return nonEmpty(environment['XDG_DATA_HOME']) ?? join(home, '.local', 'share');
}

/** Docker and Podman leave one of these files in every container. */
function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
