import * as vscode from 'vscode';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Answer the quick picks of a running command: press Enter (or Escape) repeatedly until the command ends. Code in the
 * extension host cannot see whether a quick pick is open; the keys do nothing while none is.
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
