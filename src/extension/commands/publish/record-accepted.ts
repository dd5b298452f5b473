import * as vscode from 'vscode';
import type { Diagnostic } from '../../../shared/model.ts';
import { SECRET_BASELINE_FILE, acceptingLine, withLines } from '../../../shared/secret-baseline.ts';
import type { PublishTarget } from './publish-target.ts';
import { fileOf } from './publish-target.ts';

/** Add possible secrets to the project's file of accepted ones, which is created when there is none. */
export async function recordAccepted(target: PublishTarget, secrets: readonly Diagnostic[]): Promise<void> {
  const uri = fileOf(target, SECRET_BASELINE_FILE);
  const before = await Promise.resolve(vscode.workspace.fs.readFile(uri)).then(
    (bytes) => new TextDecoder().decode(bytes),
    (error: unknown) => {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return '';
      throw error;
    },
  );
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(withLines(before, secrets.map(acceptingLine))));
}
