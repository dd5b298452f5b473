import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { COMMANDS } from '../../shared/contributions.ts';
import { isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import { plainText } from './plain-text.ts';
import { commandAction, notify } from './notify.ts';

const { t } = vscode.l10n;
const STATUS_TIMEOUT_MS = 10_000;
/** Remembers when the catalog was rebuilt of which the user was told. */
const NOTICE_SHOWN_KEY = 'ggen.rebuiltNoticeShown';

/** Tell once of a damaged catalog that was set aside, whether at the start or while the engine runs. */
export function watchRebuilt(client: EngineClient, globalState: vscode.Memento): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const checkStatus = (engine: Engine): void => {
    callWithTimeout(STATUS_TIMEOUT_MS, undefined, (signal) => engine.status({}, { signal }))
      .then(({ rebuilt }) => notifyOnce(rebuilt, globalState))
      // The engine may be gone again; it is asked at its next start, and the status shows it in any case.
      .catch((error: unknown) => isAbort(error));
  };
  const connected = client.onDidConnect((engine) => {
    unsubscribe();
    // Damage that is found later is logged by the catalog, and by nothing else that comes as an event.
    unsubscribe = engine.subscribe('log', ({ line }) => {
      if (line.level === 'error' && line.scope === 'catalog') checkStatus(engine);
    });
    checkStatus(engine);
  });
  return new vscode.Disposable(() => {
    connected.dispose();
    unsubscribe();
  });
}

/** Show the notification, unless the user was told of this one before. */
export async function notifyOnce(rebuilt: EngineStatus['rebuilt'], globalState: vscode.Memento): Promise<void> {
  if (rebuilt === undefined || globalState.get(NOTICE_SHOWN_KEY) === rebuilt.at) return;
  await globalState.update(NOTICE_SHOWN_KEY, rebuilt.at);
  const message = t(
    'The package catalog on this machine was damaged and has been rebuilt. Your published packages were restored; the rest will be fetched from peers. The damaged file was kept: {0}',
    plainText(rebuilt.setAside),
  );
  void notify('warning', message, [commandAction(t('Show Status'), COMMANDS.showStatus)]);
}
