import * as vscode from 'vscode';
import type { ReleaseDraft } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';
import { askVersion } from './ask-version.ts';
import { reviewPrivate, reviewSecrets } from './review-findings.ts';
import { openProjectFile } from './open-project-file.ts';
import type { PreviewItem } from './preview-item.ts';
import type { PreviewState } from './preview-items.ts';
import { previewItems, unacceptedPrivacy, unreviewedSecrets } from './preview-items.ts';
import type { PublishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

/** What the user decided: publish with these findings accepted, or prepare another draft. */
export type PreviewDecision = { readonly accepted: readonly string[] } | { readonly next: PublishTarget };

/**
 * Preview a release and ask for confirmation. A quick pick can be filtered (does it include `.env`?) and used by
 * keyboard and mouse; selecting a file opens it and keeps the quick pick open.
 *
 * @returns undefined when the user cancels
 */
export async function confirmPublish(draft: ReleaseDraft, target: PublishTarget): Promise<PreviewDecision | undefined> {
  let accepted: ReadonlySet<string> = new Set();
  for (;;) {
    const action = await show(draft, target, { dryRun: false, accepted });
    if (action === 'publish') return { accepted: [...accepted] };
    if (action === 'version') {
      const next = await askVersion(target, draft.version);
      if (next !== undefined) return { next };
      continue;
    }
    if (action === 'private') accepted = await reviewPrivate(draft, target, accepted);
    else if (action === 'secrets') accepted = await reviewSecrets(draft, target, accepted);
    else return undefined;
  }
}

/**
 * Preview a release without publishing it.
 *
 * @param withoutKey no publisher key exists yet
 * @returns the target with the version to preview next; undefined when the user is done
 */
export async function showDryRun(
  draft: ReleaseDraft,
  target: PublishTarget,
  withoutKey: boolean,
): Promise<PublishTarget | undefined> {
  for (;;) {
    const action = await show(draft, target, { dryRun: true, withoutKey, accepted: new Set() });
    if (action !== 'version') return undefined;
    const next = await askVersion(target, draft.version);
    if (next !== undefined) return next;
  }
}

async function show(draft: ReleaseDraft, target: PublishTarget, state: PreviewState): Promise<PreviewItem['action']> {
  const pick = vscode.window.createQuickPick<PreviewItem>();
  const what = [plainText(draft.name), plainText(draft.version)] as const;
  pick.title = state.dryRun ? t('Dry run: {0} {1}', ...what) : t('Publish {0} {1}?', ...what);
  pick.placeholder = placeholder(draft, state);
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.keepScrollPosition = true;
  pick.items = previewItems(draft, state);
  try {
    return await waitForAction(pick, target);
  } finally {
    pick.dispose();
  }
}

function placeholder(draft: ReleaseDraft, { dryRun, accepted }: PreviewState): string {
  if (dryRun) return t('Type to filter files, or select one to open it');
  if (unacceptedPrivacy(draft, accepted) !== undefined)
    return t('Press Enter to review the private project, or type to filter files');
  return unreviewedSecrets(draft, accepted).length > 0
    ? t('Press Enter to review possible secrets, or type to filter files')
    : t('Press Enter to publish, or type to filter files');
}

function waitForAction(pick: vscode.QuickPick<PreviewItem>, target: PublishTarget): Promise<PreviewItem['action']> {
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.action !== undefined) resolve(item.action);
      else if (item?.open !== undefined) void openProjectFile(target, item.open);
    });
    pick.onDidHide(() => {
      resolve('cancel');
    });
    pick.show();
  });
}
