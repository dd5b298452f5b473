import { npmCommand, npmComplaint } from '../bootstrap/npm.mjs';
import { TaskError } from './run-task.ts';
import { collectOutput, exitOf, spawnOwned } from './processes.ts';

/**
 * Run npm in a folder, quietly.
 * @throws TaskError when npm fails, naming what was to be installed and npm's own first words on it
 */
export async function npm(args: readonly string[], cwd: string, purpose: string): Promise<void> {
  const { command, args: all } = npmCommand([...args, '--no-audit', '--no-fund', '--loglevel=error']);
  const child = spawnOwned(command, all, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  if ((await exitOf(child)) === 0) return;
  throw new TaskError(
    `${purpose} could not be installed (${npmComplaint(output())}): check with \`npm ping\` that the npm registry can be reached, then run the same command again.`,
  );
}
