import * as vscode from 'vscode';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { SECRET_BASELINE_FILE } from '../../../shared/secret-baseline.ts';
import { plainText } from '../../ui/plain-text.ts';
import { openProjectFile } from './open-project-file.ts';
import { unacceptedPrivacy, unreviewedSecrets } from './preview-items.ts';
import type { PublishTarget } from './publish-target.ts';
import { recordAccepted } from './record-accepted.ts';

const { t } = vscode.l10n;

type ReviewDecision = 'back' | 'accept' | 'record';

interface ReviewChoice extends vscode.QuickPickItem {
  readonly choice: ReviewDecision | 'open';
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
    const unreviewed = unreviewedSecrets(draft, decided);
    const [secret] = unreviewed;
    if (secret?.fingerprint === undefined) return decided;
    await openProjectFile(target, secret);
    const decision = await askToAccept(secret, target, {
      title: t('Secret {0} of {1}', number, total),
      question: t('Publish this possible secret?'),
      back: t('Remove it, or exclude its file, before publishing.'),
      risk: t('Everyone will be able to read it. This cannot be undone.'),
      record:
        unreviewed.length === 1
          ? t('Publish anyway, and record it in {0}', SECRET_BASELINE_FILE)
          : t('Publish all {0} anyway, and record them in {1}', unreviewed.length, SECRET_BASELINE_FILE),
    });
    if (decision === 'back') return decided;
    if (decision === 'record') await recordAccepted(target, unreviewed);
    const accepting = decision === 'record' ? unreviewed : [secret];
    for (const { fingerprint } of accepting) if (fingerprint !== undefined) decided.add(fingerprint);
  }
}

/**
 * Ask whether a private project may be published, with its manifest open. The first item is the one that does not.
 *
 * @returns `accepted`, with the private project when the user accepts it
 */
export async function reviewPrivate(
  draft: ReleaseDraft,
  target: PublishTarget,
  accepted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const finding = unacceptedPrivacy(draft, accepted);
  if (finding?.fingerprint === undefined) return accepted;
  await openProjectFile(target, finding);
  const decision = await askToAccept(finding, target, {
    title: t('Private project'),
    question: t('Publish this private project to everyone?'),
    back: t('Publish it elsewhere, or change the manifest.'),
    risk: t('Everyone on the network will be able to read {0}. This cannot be undone.', plainText(draft.name)),
  });
  return decision === 'accept' ? new Set([...accepted, finding.fingerprint]) : accepted;
}

interface ReviewTexts {
  readonly title: string;
  readonly question: string;
  /** What to do instead. */
  readonly back: string;
  /** What accepting means. */
  readonly risk: string;
  /** Accepts all, now and later; absent when that is not offered. */
  readonly record?: string;
}

function askToAccept(finding: Diagnostic, target: PublishTarget, texts: ReviewTexts): Promise<ReviewDecision> {
  const location = plainText(finding.line === undefined ? finding.path : `${finding.path}:${finding.line}`);
  const pick = vscode.window.createQuickPick<ReviewChoice>();
  pick.title = `${texts.title}: ${location}`;
  pick.placeholder = texts.question;
  pick.ignoreFocusOut = true;
  pick.items = [
    { label: `$(arrow-left) ${t('Go back')}`, detail: texts.back, choice: 'back' },
    { label: `$(go-to-file) ${t('Show in file')}`, detail: plainText(finding.message), choice: 'open' },
    { label: `$(warning) ${t('Publish anyway')}`, detail: texts.risk, choice: 'accept' },
    ...(texts.record === undefined
      ? []
      : [{ label: `$(save) ${texts.record}`, detail: texts.risk, choice: 'record' } as const]),
  ];
  return new Promise<ReviewDecision>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.choice === 'open') void openProjectFile(target, finding);
      else if (item !== undefined) resolve(item.choice);
    });
    pick.onDidHide(() => {
      resolve('back');
    });
    pick.show();
  }).finally(() => {
    pick.dispose();
  });
}
