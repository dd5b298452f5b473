import * as vscode from 'vscode';
import type { Diagnostic } from '../../../shared/model.ts';
import type { PublishTarget } from './publish-target.ts';
import { fileOf } from './publish-target.ts';

const SEVERITIES: Record<Diagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Replace the diagnostics in the Problems view with those of a project. */
export function showProblems(
  collection: vscode.DiagnosticCollection,
  target: PublishTarget,
  diagnostics: readonly Diagnostic[],
): void {
  collection.clear();
  const byPath = Map.groupBy(diagnostics, ({ path }) => path);
  for (const [path, problems] of byPath) collection.set(fileOf(target, path), problems.map(toVsCode));
}

function toVsCode({ severity, code, message, line = 1, column = 1 }: Diagnostic): vscode.Diagnostic {
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  // The range extends to the end of the line, because a diagnostic has no end position.
  const range = new vscode.Range(start, new vscode.Position(start.line, Number.MAX_SAFE_INTEGER));
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
  diagnostic.source = 'ggen';
  diagnostic.code = code;
  return diagnostic;
}
