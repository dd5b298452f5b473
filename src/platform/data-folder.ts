import { existsSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Folder of this user's one node on this machine, shared by every window and command: below the folder that the system
 * has for such data. A container may see the same home folder as the machine that it runs on: it gets a folder of its own.
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

/** Marks that Docker and Podman leave in every container. */
function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
