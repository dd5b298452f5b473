/** VS Code's own server and web workbench, out of the npm package `code-server`. */
import { join } from 'node:path';
import { npm } from './npm.ts';
import { ensureTool } from './tool.ts';

const TITLE = 'VS Code';
const PROGRAM = 'node_modules/code-server/lib/vscode';

/**
 * The folder of VS Code, below .cache; installed if it is not there.
 *
 * No install script runs: they would compile native modules (terminal, file logs, argon2) which nothing here needs.
 * `npm install` and not `npm ci`: the published shrinkwrap lacks an entry that `npm ci` insists on.
 * @throws TaskError when npm fails
 */
export async function ensureVsCode(): Promise<string> {
  const folder = await ensureTool({
    name: 'vscode',
    title: TITLE,
    complete: (at) => npm(['install', '--ignore-scripts', '--omit=dev'], join(at, PROGRAM), TITLE),
  });
  return join(folder, PROGRAM);
}
