import type * as vscode from 'vscode';
import { plainText } from '../ui/plain-text.ts';
import type { EngineClient } from './engine-client.ts';
import { followEngine } from './follow-engine.ts';

/** Maximum length of a log line of the engine, in characters. */
const MAX_LINE_LENGTH = 2_000;

/** Write the engine's log lines to the extension's log channel. */
export function followLog(client: EngineClient, log: vscode.LogOutputChannel): vscode.Disposable {
  return followEngine(client, (engine) =>
    engine.subscribe('log', ({ line }) => {
      // A message can quote a peer, so it is reduced to one line of plain text.
      log[line.level](`[${line.scope}] ${plainText(line.message, MAX_LINE_LENGTH)}`);
    }),
  );
}
