import type * as vscode from 'vscode';
import type { Diagnostic } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';

/** One item of the preview. */
export interface PreviewItem extends vscode.QuickPickItem {
  readonly action?: 'publish' | 'private' | 'secrets' | 'version' | 'cancel';
  /** File to open, relative to the project root, and the position in it. */
  readonly open?: Pick<Diagnostic, 'path' | 'line' | 'column'>;
}

/** An item that only informs. Text from files and peers is shown as plain text. */
export function detailItem(icon: string, label: string, description: string): PreviewItem {
  return { label: `$(${icon}) ${plainText(label)}`, description: plainText(description, 200) };
}
