import * as vscode from 'vscode';
import type { Diagnostic } from '../../../shared/model.ts';
import type { PublishTarget } from './publish-target.ts';
import { fileOf } from './publish-target.ts';

/** Open a file of the project at a position and keep the focus in the quick pick. */
export async function openProjectFile(
  target: PublishTarget,
  { path, line, column = 1 }: Pick<Diagnostic, 'path' | 'line' | 'column'>,
): Promise<void> {
  const options: vscode.TextDocumentShowOptions = { preview: true, preserveFocus: true };
  if (line !== undefined) {
    const position = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
    options.selection = new vscode.Range(position, position);
  }
  await vscode.commands.executeCommand('vscode.open', fileOf(target, path), options);
}
