import * as vscode from 'vscode';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';
import { openFile } from './open-file.ts';
import { openSecrets } from './preview-items.ts';
import type { PublishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

interface Choice extends vscode.QuickPickItem {
  readonly choice: 'back' | 'open' | 'accept';
}

/**
 * Ask about each secret by itself, with the file at its side; the answer that does no harm stands first.
 *
 * @returns those accepted, with the new ones; the rest is asked about again when the user comes back
 */
export async function decideOnSecrets(
  draft: ReleaseDraft,
  target: PublishTarget,
  accepted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const decided = new Set(accepted);
  const total = openSecrets(draft, decided).length;
  for (let number = 1; ; number = total - openSecrets(draft, decided).length + 1) {
    const [secret] = openSecrets(draft, decided);
    if (secret?.fingerprint === undefined) return decided;
    await openFile(target, secret);
    if (!(await accepts(secret, target, t('Secret {0} of {1}', number, total)))) return decided;
    decided.add(secret.fingerprint);
  }
}

function accepts(secret: Diagnostic, target: PublishTarget, title: string): Promise<boolean> {
  const place = plainText(secret.line === undefined ? secret.path : `${secret.path}:${secret.line}`);
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = `${title}: ${place}`;
  pick.placeholder = t('Shall this be published?');
  pick.ignoreFocusOut = true;
  pick.items = [
    {
      label: `$(arrow-left) ${t('Do not publish it')}`,
      detail: t('Back, to remove it or to leave its file out.'),
      choice: 'back',
    },
    { label: `$(go-to-file) ${t('Show it in its file')}`, detail: plainText(secret.message), choice: 'open' },
    {
      label: `$(warning) ${t('Accept: publish what stands there')}`,
      detail: t('Everyone can read it then, and it cannot be taken back.'),
      choice: 'accept',
    },
  ];
  return new Promise<boolean>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.choice === 'open') void openFile(target, secret);
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
