import * as vscode from 'vscode';
import type { EngineHost } from './engine-host.ts';

/** Write the engine's log lines into the extension's one log channel. */
export function followLog(host: EngineHost, log: vscode.LogOutputChannel): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const connection = host.onDidConnect((engine) => {
    unsubscribe();
    unsubscribe = engine.subscribe('log', ({ line }) => {
      log[line.level](`[${line.scope}] ${line.message}`);
    });
  });
  return new vscode.Disposable(() => {
    unsubscribe();
    connection.dispose();
  });
}
