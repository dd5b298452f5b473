import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../shared/contributions.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { needsRestart } from '../../shared/settings.ts';
import type { NodeControl } from '../engine/node-control.ts';
import { readSettings } from './settings.ts';
import { plainText } from '../ui/plain-text.ts';
import { ask } from '../ui/report-error.ts';

const { t } = vscode.l10n;

/** The settings for a start of the node; what is wrong with them is told, and left out. */
export function settingsForStart(): NodeSettings {
  const { settings, faults } = readSettings();
  tellFaults(faults);
  return settings;
}

/** Offer a restart when settings change that need one; the others are handed to the running node at once. */
export function watchSettings(node: NodeControl, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration(SETTINGS_SECTION)) return;
    const { settings, faults } = readSettings();
    tellFaults(faults);
    if (node.applied === undefined || isDeepStrictEqual(node.applied, settings)) return;
    if (!needsRestart(node.applied, settings)) {
      node.start().catch((error: unknown) => {
        log.warn(`The changed settings could not be handed to the node: ${errorMessage(error)}`);
      });
      return;
    }
    void ask('information', t('The settings of the Ggen node changed. It uses them after a restart.'), [
      { title: t('Restart Node'), run: () => vscode.commands.executeCommand(COMMANDS.restartNode) },
    ]);
  });
}

function tellFaults(faults: readonly string[]): void {
  const [first, ...others] = faults;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` ${t('({0} more faults in the settings)', others.length)}`;
  void ask('warning', plainText(first) + more, [
    {
      title: t('Open Settings'),
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', `${SETTINGS_SECTION}.`),
    },
  ]);
}
