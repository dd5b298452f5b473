import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { needsRestart } from '../../shared/settings/node-settings.ts';
import type { NodeControl } from '../engine/node-control.ts';
import { readSettings } from './settings.ts';
import { plainText } from '../ui/plain-text.ts';
import { notify } from '../ui/notify.ts';

const { t } = vscode.l10n;

/** Settings for a start of the node. Invalid ones are reported and replaced by defaults. */
export function settingsForStart(): NodeSettings {
  const { settings, problems } = readSettings();
  notifySettingProblems(problems);
  return settings;
}

/** Apply changed settings to the running node, or offer a restart when they need one. */
export function watchSettings(node: NodeControl, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration(SETTINGS_SECTION)) return;
    const { settings, problems } = readSettings();
    notifySettingProblems(problems);
    if (node.applied === undefined || isDeepStrictEqual(node.applied, settings)) return;
    if (!needsRestart(node.applied, settings)) {
      node.start().catch((error: unknown) => {
        log.warn(`The changed settings could not be applied to the node: ${errorMessage(error)}`);
      });
      return;
    }
    void notify('information', t('Ggen node settings changed. Restart the node to apply them.'), [
      { title: t('Restart Node'), run: () => vscode.commands.executeCommand(COMMANDS.restartNode) },
    ]);
  });
}

function notifySettingProblems(problems: readonly string[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` ${t('({0} more settings errors)', others.length)}`;
  void notify('warning', plainText(first) + more, [
    {
      title: t('Open Settings'),
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', `${SETTINGS_SECTION}.`),
    },
  ]);
}
