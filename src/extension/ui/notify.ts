import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { errorMessage, errorName, isAbort } from '../../shared/errors.ts';
import type { ErrorAction } from './error-text.ts';
import { errorText } from './error-text.ts';

const { t } = vscode.l10n;

/** Maximum number of causes that are logged with an error. */
const MAX_LOGGED_CAUSES = 5;

export type NotificationKind = 'error' | 'warning' | 'information';

/** A button of a notification and what it does. */
export interface NotificationAction {
  readonly title: string;
  readonly run: () => unknown;
}

/**
 * Show a notification and run the action of the button that the user presses. Resolves when the notification is closed;
 * never rejects: an error of an action is shown in another notification.
 *
 * @param actions buttons, the most helpful first
 */
export async function notify(
  kind: NotificationKind,
  message: string,
  actions: readonly NotificationAction[] = [],
): Promise<void> {
  const show = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    information: vscode.window.showInformationMessage,
  }[kind];
  try {
    const picked = await show(message, ...actions.map(({ title }) => title));
    await actions.find(({ title }) => title === picked)?.run();
  } catch (error) {
    const text = errorText(error, t);
    if (text !== undefined) void vscode.window.showErrorMessage(text.message);
  }
}

/**
 * Log an error and show it with its next steps; a cancel is ignored. Resolves when the notification is closed; callers
 * need not wait for that.
 *
 * @param first buttons of the caller, shown before those of the error
 */
export async function reportError(
  log: vscode.LogOutputChannel,
  error: unknown,
  first: readonly NotificationAction[] = [],
): Promise<void> {
  if (isAbort(error)) return;
  logError(log, error);
  const text = errorText(error, t);
  if (text !== undefined) await notify('error', text.message, [...first, ...text.actions.map(errorAction)]);
}

/** Show that Restricted Mode disables a command, with a button that opens the Workspace Trust editor. */
export async function notifyUntrusted(message: string): Promise<void> {
  await notify('warning', message, [commandAction(t('Manage Workspace Trust'), 'workbench.trust.manage')]);
}

/** A button that runs a command. */
export function commandAction(title: string, command: string, ...args: readonly unknown[]): NotificationAction {
  return { title, run: () => vscode.commands.executeCommand(command, ...args) };
}

function errorAction(action: ErrorAction): NotificationAction {
  switch (action) {
    case 'startNode':
      return commandAction(t('Start Node'), COMMANDS.startNode);
    case 'restartNode':
      return commandAction(t('Restart Node'), COMMANDS.restartNode);
    case 'connectToPeer':
      return commandAction(t('Connect to Peer'), COMMANDS.connectToPeer);
    case 'showPeers':
      return commandAction(t('Show Peers'), COMMANDS.listPeers);
    case 'openSettings':
      return commandAction(t('Open Settings'), 'workbench.action.openSettings', `${SETTINGS_SECTION}.`);
    case 'search':
      return commandAction(t('Search Packages'), COMMANDS.search);
    case 'cleanUpStorage':
      return commandAction(t('Clean Up Storage'), COMMANDS.cleanUpStorage);
    case 'showLog':
      return commandAction(t('Show Log'), COMMANDS.showLog);
  }
}

function logError(log: vscode.LogOutputChannel, error: unknown): void {
  let cause = error;
  for (let depth = 0; cause !== undefined && depth < MAX_LOGGED_CAUSES; depth++) {
    log.error(`${depth === 0 ? '' : 'caused by '}${errorName(cause)}: ${errorMessage(cause)}`);
    if (errorName(cause) === 'Internal' && cause instanceof Error && cause.stack !== undefined) log.debug(cause.stack);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
}
