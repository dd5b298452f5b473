import * as vscode from 'vscode';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';
import { openProjectFile } from './open-project-file.ts';
import { unreviewedSecrets } from './preview-items.ts';
import type { PublishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

interface SecretChoice extends vscode.QuickPickItem {
  readonly choice: 'back' | 'open' | 'accept';
}

/**
 * Ask about each possible secret separately, with its file open. The first item is the one that does not publish it.
 *
 * @returns `accepted` with the newly accepted ones; incomplete when the user goes back, which the preview continues
 *   later
 */
export async function reviewSecrets(
  draft: ReleaseDraft,
  target: PublishTarget,
  accepted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const decided = new Set(accepted);
  const total = unreviewedSecrets(draft, decided).length;
  for (let number = 1; ; number = total - unreviewedSecrets(draft, decided).length + 1) {
    const [secret] = unreviewedSecrets(draft, decided);
    if (secret?.fingerprint === undefined) return decided;
    await openProjectFile(target, secret);
    if (!(await askToAccept(secret, target, t('Secret {0} of {1}', number, total)))) return decided;
    decided.add(secret.fingerprint);
  }
}

function askToAccept(secret: Diagnostic, target: PublishTarget, title: string): Promise<boolean> {
  const location = plainText(secret.line === undefined ? secret.path : `${secret.path}:${secret.line}`);
  const pick = vscode.window.createQuickPick<SecretChoice>();
  pick.title = `${title}: ${location}`;
  pick.placeholder = t('Publish this possible secret?');
  pick.ignoreFocusOut = true;
  pick.items = [
    {
      label: `$(arrow-left) ${t('Go back')}`,
      detail: t('Remove it, or exclude its file, before publishing.'),
      choice: 'back',
    },
    { label: `$(go-to-file) ${t('Show in file')}`, detail: plainText(secret.message), choice: 'open' },
    {
      label: `$(warning) ${t('Publish anyway')}`,
      detail: t('Everyone will be able to read it. This cannot be undone.'),
      choice: 'accept',
    },
  ];
  return new Promise<boolean>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.choice === 'open') void openProjectFile(target, secret);
      else if (item !== undefined) resolve(item.choice === 'accept');
    });
    pick.onDidHide(() => {
      resolve(false);
    });
    pick.show();
  }).finally(() => {
    pick.dispose();
  });
}
