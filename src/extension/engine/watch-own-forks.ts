import * as vscode from 'vscode';
import { mergeForks } from '../../identity/merge-forks.ts';
import type { PublisherIdentity } from '../publisher-identity.ts';
import { plainText } from '../ui/plain-text.ts';
import type { EngineClient } from './engine-client.ts';

/**
 * Merge forks of the user's own package records automatically. A merge record repeats only what the key has signed
 * before, so that the user need not confirm it; it is logged.
 */
export function watchOwnForks(
  client: EngineClient,
  publisher: PublisherIdentity,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  let end = (): void => undefined;
  const connection = client.onDidConnect((engine) => {
    end();
    end = mergeForks({
      engine,
      key: () => publisher.existing(),
      info: (message) => {
        log.info(plainText(message, 500));
      },
      warn: (message) => {
        log.warn(plainText(message, 500));
      },
    });
  });
  return new vscode.Disposable(() => {
    end();
    connection.dispose();
  });
}
