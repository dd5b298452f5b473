import * as vscode from 'vscode';
import { CONTEXT_KEYS } from '../../shared/contributions.ts';
import type { ReadModel } from '../model/read-model.ts';

/** Keep the keys for `when` clauses equal to the model. */
export function followContextKeys(model: ReadModel): vscode.Disposable {
  const set = new Map<string, unknown>();
  const put = (key: string, value: unknown): void => {
    if (set.get(key) === value) return;
    set.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = (): void => {
    put(CONTEXT_KEYS.state, model.state);
    put(CONTEXT_KEYS.failure, model.failure?.reason);
    put(CONTEXT_KEYS.seedingPaused, model.node.seedingPaused === true);
    put(CONTEXT_KEYS.hasPeers, model.connectedPeers.length > 0);
  };
  update();
  return model.onDidChange(update);
}
