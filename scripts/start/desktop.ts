/** Desktop VS Code for `npm start`. */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { spawnOwned } from '../lib/processes.ts';
import type { Settings } from '../lib/vscode-server.ts';

/** Is there a screen to show a window on? */
export function hasDisplay(env: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform !== 'linux') return true;
  return [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((display) => display !== undefined && display !== '');
}

/** The `code` command on the PATH; undefined where there is none. */
export function findDesktopCode(path: string = process.env['PATH'] ?? ''): string | undefined {
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/** Open a window with the extension under development, settings and extensions of its own. Ends with the window. */
export async function openDesktop(
  code: string,
  data: string,
  folder: string,
  settings: Settings,
): Promise<ChildProcess> {
  const file = join(data, 'User', 'settings.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ 'ggen.node.dataFolder': join(data, 'node'), ...settings }, undefined, 2));
  const args = [
    // Verbose, because only then the window belongs to this group of processes, and ends with it.
    ...[`--extensionDevelopmentPath=${ROOT}`, '--new-window', '--wait', '--verbose', '--disable-workspace-trust'],
    ...['--user-data-dir', data, '--extensions-dir', join(data, 'extensions')],
    folder,
  ];
  // A batch file can only be started by a command interpreter.
  return process.platform === 'win32'
    ? spawnOwned('cmd.exe', ['/d', '/s', '/c', code, ...args], { stdio: 'ignore' })
    : spawnOwned(code, args, { stdio: 'ignore' });
}
