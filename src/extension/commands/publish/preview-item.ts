import type * as vscode from 'vscode';
import type { Diagnostic } from '../../../shared/model.ts';
import { plainText } from '../../ui/plain-text.ts';

/** One line of the preview. */
export interface PreviewItem extends vscode.QuickPickItem {
  readonly action?: 'publish' | 'secrets' | 'cancel';
  /** File to show, relative to the root, and where in it. */
  readonly open?: Pick<Diagnostic, 'path' | 'line' | 'column'>;
}

/** A line that tells something. What strangers or files wrote becomes plain text. */
export function detailItem(icon: string, label: string, description: string): PreviewItem {
  return { label: `$(${icon}) ${plainText(label)}`, description: plainText(description, 200) };
}
