import * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';
import type { EngineClient } from './engine-client.ts';

/** Write the engine's log lines into the extension's one log channel. */
export function followLog(client: EngineClient, log: vscode.LogOutputChannel): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const connection = client.onDidConnect((engine) => {
    unsubscribe();
    unsubscribe = engine.subscribe('log', ({ line }) => {
      // One line each, whatever a peer made the engine say.
      log[line.level](`[${line.scope}] ${plainText(line.message, 2_000)}`);
    });
  });
  return new vscode.Disposable(() => {
    unsubscribe();
    connection.dispose();
  });
}
