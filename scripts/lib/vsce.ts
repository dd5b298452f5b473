import { join } from 'node:path';
import { ROOT } from './paths.ts';
import { collectOutput, exitOf, spawnOwned } from './processes.ts';
import { TaskError } from './run-task.ts';
import { ensureTool } from './tool.ts';

/**
 * Run the packager of VS Code extensions in the project's folder. Returns what it printed.
 * @throws TaskError with what it printed, when it fails
 */
export async function vsce(args: readonly string[]): Promise<string> {
  const folder = await ensureTool({ name: 'vsce', title: 'the packager of VS Code extensions' });
  const program = join(folder, 'node_modules/@vscode/vsce/vsce');
  const child = spawnOwned(process.execPath, [program, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  if ((await exitOf(child)) !== 0) throw new TaskError(`vsce ${args.join(' ')} failed:\n${output()}`);
  return output();
}
