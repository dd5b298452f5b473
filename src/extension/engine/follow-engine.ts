import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import type { EngineClient } from './engine-client.ts';

/**
 * Follow each engine that starts, because subscriptions end with their engine.
 *
 * @param follow called with each new engine; returns a function that is called when the next one starts or on dispose
 */
export function followEngine(
  { onDidConnect }: Pick<EngineClient, 'onDidConnect'>,
  follow: (engine: Engine) => () => void,
): vscode.Disposable {
  let unfollow = (): void => undefined;
  const connection = onDidConnect((engine) => {
    unfollow();
    unfollow = follow(engine);
  });
  return new vscode.Disposable(() => {
    connection.dispose();
    unfollow();
  });
}
