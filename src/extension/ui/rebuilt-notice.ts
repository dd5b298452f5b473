import * as vscode from 'vscode';
import type { Engine } from '../../shared/api.ts';
import { COMMANDS } from '../../shared/contributions.ts';
import { isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import type { EngineHost } from '../engine/engine-host.ts';
import { bounded } from '../engine/bounded.ts';
import { plainText } from './plain-text.ts';
import { ask } from './report-error.ts';

const { t } = vscode.l10n;
const STATUS_BOUND = 10_000;
/** Remembers when the catalogue was rebuilt of which the user was told. */
const TOLD = 'ggen.rebuiltTold';

/** Tell once of a damaged catalogue that was set aside, whether at the start or while the engine runs. */
export function watchRebuilt(host: EngineHost, memory: vscode.Memento): vscode.Disposable {
  let unsubscribe = (): void => undefined;
  const look = (engine: Engine): void => {
    bounded(STATUS_BOUND, undefined, (signal) => engine.status({}, { signal }))
      .then(({ rebuilt }) => tellOnce(rebuilt, memory))
      // The engine may be gone again; it is asked at its next start, and the status shows it in any case.
      .catch((error: unknown) => isAbort(error));
  };
  const connected = host.onDidConnect((engine) => {
    unsubscribe();
    // Damage that is found later is logged by the catalogue, and by nothing else that comes as an event.
    unsubscribe = engine.subscribe('log', ({ line }) => {
      if (line.level === 'error' && line.scope === 'catalogue') look(engine);
    });
    look(engine);
  });
  return new vscode.Disposable(() => {
    connected.dispose();
    unsubscribe();
  });
}

/** Show the notification, unless the user was told of this one before. */
export async function tellOnce(rebuilt: EngineStatus['rebuilt'], memory: vscode.Memento): Promise<void> {
  if (rebuilt === undefined || memory.get(TOLD) === rebuilt.at) return;
  await memory.update(TOLD, rebuilt.at);
  const message = t(
    'The package catalogue on this machine was damaged and was begun anew. What you published is back; the rest comes again from peers. The damaged file was kept: {0}',
    plainText(rebuilt.setAside),
  );
  const showStatus = (): unknown => vscode.commands.executeCommand(COMMANDS.showStatus);
  void ask('warning', message, [{ title: t('Show Status'), run: showStatus }]);
}
