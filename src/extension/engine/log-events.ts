import * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';
import type { EngineHost } from './engine-host.ts';

/** Write the engine's log lines into the extension's one log channel. */
export function followLog(host: EngineHost, log: vscode.LogOutputChannel): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const connection = host.onDidConnect((engine) => {
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
