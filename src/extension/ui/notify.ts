import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { errorMessage, errorName, isAbort } from '../../shared/errors.ts';
import type { ErrorAction } from './error-text.ts';
import { errorText } from './error-text.ts';

const { t } = vscode.l10n;

/** A button of a notification and what it does. */
export interface NotificationAction {
  readonly title: string;
  readonly run: () => unknown;
}

function notificationAction(action: ErrorAction): NotificationAction {
  const command = (title: string, id: string, ...args: unknown[]): NotificationAction => ({
    title,
    run: () => vscode.commands.executeCommand(id, ...args),
  });
  switch (action) {
    case 'startNode':
      return command(t('Start Node'), COMMANDS.startNode);
    case 'restartNode':
      return command(t('Restart Node'), COMMANDS.restartNode);
    case 'connectToPeer':
      return command(t('Connect to Peer'), COMMANDS.connectToPeer);
    case 'showPeers':
      return command(t('Show Peers'), COMMANDS.listPeers);
    case 'openSettings':
      return command(t('Open Settings'), 'workbench.action.openSettings', `${SETTINGS_SECTION}.`);
    case 'search':
      return command(t('Search Packages'), COMMANDS.search);
    case 'cleanUpStorage':
      return command(t('Clean Up Storage'), COMMANDS.cleanUpStorage);
    case 'showLog':
      return command(t('Show Log'), COMMANDS.showLog);
  }
}

/**
 * Tell the user of an error, with `first` as the most helpful choices of the caller. Returns once the notification is
 * gone; callers need not wait for that.
 */
export async function reportError(
  log: vscode.LogOutputChannel,
  error: unknown,
  first: readonly NotificationAction[] = [],
): Promise<void> {
  if (isAbort(error)) return;
  logError(log, error);
  const text = errorText(error, t);
  if (text !== undefined) await notify('error', text.message, [...first, ...text.actions.map(notificationAction)]);
}

/** Show a notification and do what the user picks. Never rejects: what goes wrong with the choice is shown as well. */
export async function notify(
  kind: 'error' | 'warning' | 'information',
  message: string,
  actions: readonly NotificationAction[],
): Promise<void> {
  const show = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    information: vscode.window.showInformationMessage,
  }[kind];
  try {
    const picked = await show(message, ...actions.map((choice) => choice.title));
    await actions.find((choice) => choice.title === picked)?.run();
  } catch (error) {
    const text = errorText(error, t);
    if (text !== undefined) void vscode.window.showErrorMessage(text.message);
  }
}

function logError(log: vscode.LogOutputChannel, error: unknown): void {
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth++) {
    log.error(`${depth === 0 ? '' : 'caused by '}${errorName(cause)}: ${errorMessage(cause)}`);
    if (errorName(cause) === 'Internal' && cause instanceof Error && cause.stack !== undefined) log.debug(cause.stack);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}
