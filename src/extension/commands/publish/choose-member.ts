import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { WorkspaceMember } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';
import type { PublishTarget } from './publish-target.ts';
import { fileOf, titleOf } from './publish-target.ts';

const { t } = vscode.l10n;

type MemberItem = vscode.QuickPickItem & { readonly path: string };

/** Let the user pick a member of a workspace, which is published instead of its root; undefined on cancel. */
export async function chooseMember(target: PublishTarget, error: unknown): Promise<PublishTarget | undefined> {
  const items = membersOf(error).map(({ path, name, version, private: isPrivate }): MemberItem => ({
    label: `$(${isPrivate ? 'lock' : 'package'}) ${plainText(name === '' ? path : name)}`,
    description: plainText(isPrivate ? t('{0}, private', version) : version),
    detail: plainText(path),
    path,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('{0} is the root of a workspace', plainText(titleOf(target))),
    placeHolder: t('Select the package to publish'),
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  const { version, tag } = target;
  return {
    folder: fileOf(target, picked.path),
    ...(version === undefined ? {} : { version }),
    ...(tag === undefined ? {} : { tag }),
  };
}

/** The members that the engine found: JSON strings in `details.members`. */
function membersOf(error: unknown): WorkspaceMember[] {
  const { members } = error instanceof GgenError ? error.details : {};
  return Array.isArray(members)
    ? (members as readonly string[]).map((json) => JSON.parse(json) as WorkspaceMember)
    : [];
}
