import * as vscode from 'vscode';
import { CONTEXT_KEYS } from '../../shared/contributions.ts';
import type { ReadModel } from '../model/read-model.ts';

/** Keep the context keys for `when` clauses in sync with the model. */
export function followContextKeys(model: ReadModel): vscode.Disposable {
  const current = new Map<string, unknown>();
  const setContext = (key: string, value: unknown): void => {
    if (current.get(key) === value) return;
    current.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = (): void => {
    setContext(CONTEXT_KEYS.state, model.state);
    setContext(CONTEXT_KEYS.failure, model.failure?.reason);
    setContext(CONTEXT_KEYS.seedingPaused, model.node.seedingPaused === true);
    setContext(CONTEXT_KEYS.hasPeers, model.connectedPeers.length > 0);
  };
  update();
  return model.onDidChange(update);
}
