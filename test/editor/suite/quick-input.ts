import * as vscode from 'vscode';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Answer a quick pick that a command shows sooner or later: press Enter (or Escape) until the command is done. The
 * extension host cannot see whether a pick is open, and pressing with none open does nothing.
 */
export async function answerQuickPick<T>(running: Promise<T>, answer: 'accept' | 'cancel'): Promise<T> {
  const press =
    answer === 'accept' ? 'workbench.action.acceptSelectedQuickOpenItem' : 'workbench.action.closeQuickOpen';
  const over = new AbortController();
  const finish = (): void => {
    over.abort();
  };
  running.then(finish, finish);
  while (!over.signal.aborted) {
    await delay(100);
    await vscode.commands.executeCommand(press);
  }
  return await running;
}
