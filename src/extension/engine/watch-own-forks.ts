import type * as vscode from 'vscode';
import { mergeForks } from '../../identity/merge-forks.ts';
import type { PublisherIdentity } from '../publisher-identity.ts';
import { plainText } from '../ui/plain-text.ts';
import type { EngineClient } from './engine-client.ts';
import { followEngine } from './follow-engine.ts';

/** Maximum length of a log line about a fork, in characters. */
const MAX_LINE_LENGTH = 500;

/**
 * Merge forks of the user's own package records automatically. A merge record repeats only what the key has signed before,
 * so that the user need not confirm it; it is logged.
 */
export function watchOwnForks(
  client: EngineClient,
  publisher: Pick<PublisherIdentity, 'existing'>,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return followEngine(client, (engine) =>
    mergeForks({
      engine,
      key: () => publisher.existing(),
      info: (message) => {
        log.info(plainText(message, MAX_LINE_LENGTH));
      },
      warn: (message) => {
        log.warn(plainText(message, MAX_LINE_LENGTH));
      },
    }),
  );
}
