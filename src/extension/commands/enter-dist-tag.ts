import * as vscode from 'vscode';
import { LIMITS } from '../../shared/limits.ts';

const { t } = vscode.l10n;
/** The form of a dist-tag; the engine also refuses those that are version ranges. */
const FORM = /^[a-z](?:[a-z0-9]|[.-](?=[a-z0-9]))*$/;

/** Let the user type a dist-tag; undefined when the user cancels. */
export async function enterDistTag(title: string, value = ''): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title,
    value,
    prompt: t('Enter a dist-tag, such as next, which others can use in place of a version.'),
    validateInput: (text) =>
      text.length <= LIMITS.distTagLength && FORM.test(text)
        ? undefined
        : t('Use lowercase letters, digits, dots, and hyphens, starting with a letter.'),
  });
}
