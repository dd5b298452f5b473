import * as vscode from 'vscode';
import { plainText } from '../../ui/plain-text.ts';
import type { PublishTarget } from './publish-target.ts';
import { titleOf } from './publish-target.ts';

const { t } = vscode.l10n;

/**
 * Ask which version to publish instead of the manifest's.
 *
 * @param current the version so far; empty when the manifest has none
 * @returns the target with that version; undefined when the user cancels or changes nothing
 */
export async function askVersion(target: PublishTarget, current: string): Promise<PublishTarget | undefined> {
  const typed = await vscode.window.showInputBox({
    title: t('Publish {0} as another version', plainText(titleOf(target))),
    prompt: t('The manifest stays as it is.'),
    placeHolder: t('For example, {0}', '1.2.0'),
    value: current,
    ignoreFocusOut: true,
  });
  const version = typed?.trim() ?? '';
  return version === '' || version === current ? undefined : { ...target, version };
}
