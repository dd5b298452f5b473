import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ReleaseDraft } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';
import type { PreviewItem } from './preview-items.ts';
import { previewItems } from './preview-items.ts';

const { t } = vscode.l10n;

/**
 * Show what would be published and ask. A quick pick, because it can be read, searched (is `.env` in it?) and answered
 * by keyboard and by mouse; a file's line opens the file and leaves the question standing.
 *
 * @returns whether to publish
 */
export async function confirmPublish(draft: ReleaseDraft, root: string): Promise<boolean> {
  const pick = vscode.window.createQuickPick<PreviewItem>();
  pick.title = t('Publish {0} {1}?', plainText(draft.name), plainText(draft.version));
  pick.placeholder = t('Enter publishes. Type to look for a file; choose one to open it.');
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.keepScrollPosition = true;
  pick.items = previewItems(draft);
  try {
    return await answer(pick, root);
  } finally {
    pick.dispose();
  }
}

function answer(pick: vscode.QuickPick<PreviewItem>, root: string): Promise<boolean> {
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.action !== undefined) resolve(item.action === 'publish');
      else if (item?.open !== undefined) void openFile(root, item.open);
    });
    pick.onDidHide(() => {
      resolve(false);
    });
    pick.show();
  });
}

async function openFile(root: string, { path, line }: NonNullable<PreviewItem['open']>): Promise<void> {
  const options: vscode.TextDocumentShowOptions = { preview: true, preserveFocus: true };
  if (line !== undefined) options.selection = new vscode.Range(line - 1, 0, line - 1, 0);
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(join(root, path)), options);
}
