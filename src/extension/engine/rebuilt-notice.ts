import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { COMMANDS } from '../../shared/contributions.ts';
import { isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import type { EngineClient } from './engine-client.ts';
import { callWithTimeout } from './call-with-timeout.ts';
import { followEngine } from './follow-engine.ts';
import { plainText } from '../ui/plain-text.ts';
import { commandAction, notify } from '../ui/notify.ts';

const { t } = vscode.l10n;
const STATUS_TIMEOUT_MS = 10_000;
/** Key of the global state that stores the time of the rebuild that the notice was shown for. */
const NOTICE_SHOWN_KEY = 'ggen.rebuiltNoticeShown';

/** Show once that a damaged catalog was rebuilt, whether the damage was found at the start or later. */
export function watchRebuilt(client: EngineClient, globalState: vscode.Memento): vscode.Disposable {
  const checkStatus = (engine: Engine): void => {
    callWithTimeout(STATUS_TIMEOUT_MS, undefined, (signal) => engine.status({}, { signal }))
      .then(({ rebuilt }) => notifyOnce(rebuilt, globalState))
      // The engine may have stopped again. The check repeats at its next start, and the status shows the rebuild in any
      // case.
      .catch((error: unknown) => isAbort(error));
  };
  return followEngine(client, (engine) => {
    checkStatus(engine);
    // The catalog logs damage that it finds at runtime; there is no other event for it.
    return engine.subscribe('log', ({ line }) => {
      if (line.level === 'error' && line.scope === 'catalog') checkStatus(engine);
    });
  });
}

/** Show the notification unless it was shown for this rebuild before. */
export async function notifyOnce(rebuilt: EngineStatus['rebuilt'], globalState: vscode.Memento): Promise<void> {
  if (rebuilt === undefined || globalState.get(NOTICE_SHOWN_KEY) === rebuilt.at) return;
  await globalState.update(NOTICE_SHOWN_KEY, rebuilt.at);
  const message = t(
    'The package catalog on this machine was damaged and has been rebuilt. Your published packages were restored; the rest will be fetched from peers. The damaged file was kept: {0}',
    plainText(rebuilt.setAside),
  );
  void notify('warning', message, [commandAction(t('Show Status'), COMMANDS.showStatus)]);
}
