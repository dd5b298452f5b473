import { basename } from 'node:path';
import * as vscode from 'vscode';
import { GgenError, errorName } from '../../../shared/errors.ts';
import { plainText } from '../../ui/plain-text.ts';

const { t } = vscode.l10n;

interface ChangedItem extends vscode.QuickPickItem {
  readonly overwrite?: boolean;
  readonly path?: string;
}

/**
 * Run `work`; when it rejects with FilesChanged, list the files that the user modified and, once the user agrees to
 * discard these changes, run it again with their paths.
 *
 * @param work `overwrite` has the paths that may be overwritten or deleted; `*` stands for all
 * @returns undefined when the user keeps the changes
 * @throws other errors of `work`
 */
export async function withOverwriteConfirmation<T>(
  work: (overwrite: readonly string[]) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work([]);
  } catch (error) {
    if (!(error instanceof GgenError) || errorName(error) !== 'FilesChanged') throw error;
    const { files, count } = error.details;
    const named = Array.isArray(files) ? files.map(String) : [];
    if (!(await confirmOverwrite(named, Number(count)))) return undefined;
    return await work(named.length < Number(count) ? ['*'] : named);
  }
}

async function confirmOverwrite(files: readonly string[], count: number): Promise<boolean> {
  const items: ChangedItem[] = [
    { label: `$(shield) ${t('Keep my changes and cancel')}`, alwaysShow: true },
    {
      label: `$(warning) ${count === 1 ? t('Discard my changes to 1 file') : t('Discard my changes to {0} files', count)}`,
      detail: t('The files will be overwritten or deleted. This cannot be undone.'),
      alwaysShow: true,
      overwrite: true,
    },
    { label: t('Modified files (select to open)'), kind: vscode.QuickPickItemKind.Separator },
    ...files.map((path) => ({ label: `$(file) ${plainText(basename(path))}`, description: plainText(path), path })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Files that you modified would be overwritten or deleted'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked?.path !== undefined) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(picked.path));
  return picked?.overwrite === true;
}
