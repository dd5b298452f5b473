import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions.ts';
import { command, hooks } from './extension-under-test.ts';
import { gpack, makeProject, remove, writeFiles } from './projects.ts';
import { answerQuickPick } from './quick-input.ts';

describe('problems of a project', () => {
  let root = '';
  const manifest = (): vscode.Uri => vscode.Uri.file(join(root, 'gpack.toml'));

  before(async () => {
    root = await makeProject({ 'gpack.toml': '[package]\nname = "broken"\nversion = "one"\n' });
  });

  after(() => remove(root));

  it('are shown in the Problems view, at the file and the line', async () => {
    await hooks();
    await answerQuickPick(command(COMMANDS.publish, manifest()), 'accept');
    const errors = errorsOf(manifest());
    assert.ok(errors.length > 0);
    assert.equal(errors[0]?.source, 'ggen');
    assert.equal(errors[0].range.start.line, 2);
  });

  it('are cleared when they are fixed', async () => {
    await writeFiles(root, gpack('broken', '1.0.0'));
    await answerQuickPick(command(COMMANDS.publish, manifest()), 'cancel');
    assert.deepEqual(errorsOf(manifest()), []);
  });
});

function errorsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ severity, source }) => severity === vscode.DiagnosticSeverity.Error && source === 'ggen');
}
