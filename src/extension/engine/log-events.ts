import * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';
import type { EngineClient } from './engine-client.ts';

/** Write the engine's log lines to the extension's log channel. */
export function followLog(client: EngineClient, log: vscode.LogOutputChannel): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const connection = client.onDidConnect((engine) => {
    unsubscribe();
    unsubscribe = engine.subscribe('log', ({ line }) => {
      // A message can quote a peer, so it is reduced to one line of plain text.
      log[line.level](`[${line.scope}] ${plainText(line.message, 2_000)}`);
    });
  });
  return new vscode.Disposable(() => {
    unsubscribe();
    connection.dispose();
  });
}
