import * as vscode from 'vscode';
import type { DraftProgress } from '../../../shared/api/index.ts';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { errorName } from '../../../shared/errors.ts';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import type { TaskContext } from '../../ui/progress.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { commandAction, notify, reportError } from '../../ui/notify.ts';
import type { NotificationAction } from '../../ui/notify.ts';
import { askVersion } from './ask-version.ts';
import { chooseMember } from './choose-member.ts';
import { errorDiagnostics } from './error-diagnostics.ts';
import { versionLine } from './manifest-position.ts';
import { showProblems } from './problems.ts';
import { publishLimits } from './publish-limits.ts';
import type { PublishTarget } from './publish-target.ts';
import { fileOf, titleOf } from './publish-target.ts';
import { projectOnDisk } from './staging.ts';

const { t } = vscode.l10n;

/** A draft and what it was made of. */
export interface PreparedDraft {
  readonly draft: ReleaseDraft;
  readonly target: PublishTarget;
}

/** Diagnostics that another version solves. */
const VERSION_CODES: ReadonlySet<string> = new Set([
  'manifest-version-missing',
  'manifest-version-invalid',
  'version-exists',
]);

/**
 * Let the engine read and pack a project, with progress. Diagnostics are shown in the Problems view.
 *
 * When the folder is the root of a workspace, the user chooses one of its members.
 *
 * @param publisher id of the publisher key, whose namespace the draft is for
 * @param prepareAnother prepares a draft of another version, when the user asks for one because of an error
 * @returns undefined when the project has errors, which the user has been shown, or the user cancels
 * @throws AbortError, and GgenErrors that are not about the project
 */
export async function prepareDraft(
  services: Services,
  target: PublishTarget,
  publisher: string,
  prepareAnother: (target: PublishTarget) => Promise<void>,
): Promise<PreparedDraft | undefined> {
  services.diagnostics.clear();
  try {
    const title = t('Reading {0}', titleOf(target));
    const draft = await withProgress<ReleaseDraft, DraftProgress>(title, describe, async (task) => {
      // The node starts before the draft is made: another machine of the publisher may have published a newer release.
      await services.node.start(task.signal);
      return await draftOf(services, target, publisher, task);
    });
    showProblems(services.diagnostics, target, draft.diagnostics);
    return { draft, target };
  } catch (error) {
    if (errorName(error) === 'WorkspaceRoot') {
      const member = await chooseMember(target, error);
      return member && (await prepareDraft(services, member, publisher, prepareAnother));
    }
    if (!showProjectError(services, target, error, prepareAnother)) throw error;
    return undefined;
  }
}

async function draftOf(
  { client }: Services,
  { folder, manifest, version, tag }: PublishTarget,
  publisher: string,
  task: TaskContext<DraftProgress>,
): Promise<ReleaseDraft> {
  const limits = publishLimits();
  await using project = await projectOnDisk(folder, { limits, ...task });
  const engine = await client.engine();
  const request = {
    root: project.root,
    publisher,
    limits,
    ...(manifest === undefined ? {} : { manifest }),
    ...(version === undefined ? {} : { version }),
    ...(tag === undefined ? {} : { tag }),
  };
  const draft = await engine.draftRelease(request, task);
  return {
    ...draft,
    excluded: [...project.excluded, ...draft.excluded],
    moreExcluded: project.moreExcluded + draft.moreExcluded,
  };
}

function describe({ phase, files, bytes, totalFiles, totalBytes }: DraftProgress): { text: string; percent?: number } {
  if (phase === 'scan') return { text: t('Found {0}, {1}', countFiles(files, t), formatBytes(bytes)) };
  const count = totalFiles === undefined ? countFiles(files, t) : t('{0} of {1} files', files, totalFiles);
  return { text: t('Packing: {0}, {1}', count, formatBytes(bytes)), ...percentOf(bytes, totalBytes) };
}

/** Show the errors of a project with an action that leads to them; false when the error is not about the project. */
function showProjectError(
  { diagnostics, log }: Services,
  target: PublishTarget,
  error: unknown,
  prepareAnother: (target: PublishTarget) => Promise<void>,
): boolean {
  const problems = errorDiagnostics(error);
  showProblems(diagnostics, target, problems);
  if (errorName(error) === 'VersionExists') {
    const open = { title: t('Open Manifest'), run: () => openManifestVersion(target) };
    void reportError(log, error, [open, anotherVersion(target, prepareAnother)]);
    return true;
  }
  if (problems.length === 0) return false;
  const errors = problems.filter(({ severity, fingerprint }) => severity === 'error' && fingerprint === undefined);
  const isVersion = errors.every(({ code }) => VERSION_CODES.has(code));
  void notifyProblems(target, errors, isVersion ? [anotherVersion(target, prepareAnother)] : []);
  return true;
}

/** A button that asks for a version and prepares a draft of it. */
function anotherVersion(
  target: PublishTarget,
  prepareAnother: (target: PublishTarget) => Promise<void>,
): NotificationAction {
  const run = async (): Promise<void> => {
    const next = await askVersion(target, target.version ?? '');
    if (next !== undefined) await prepareAnother(next);
  };
  return { title: t('Publish Another Version…'), run };
}

async function notifyProblems(
  target: PublishTarget,
  errors: readonly Diagnostic[],
  actions: readonly NotificationAction[],
): Promise<void> {
  const count = errors.length === 1 ? t('1 problem') : t('{0} problems', errors.length);
  const files = [...new Set(errors.map(({ path }) => path))].join(', ');
  await notify('error', t('{0} cannot be published yet: {1} in {2}.', titleOf(target), count, files), [
    commandAction(t('Show Problems'), 'workbench.actions.view.problems'),
    ...actions,
  ]);
}

/** Open the manifest with the cursor at its version. */
async function openManifestVersion(target: PublishTarget): Promise<void> {
  for (const name of target.manifest === undefined ? MANIFEST_FILES : [target.manifest]) {
    const uri = fileOf(target, name);
    const document = await Promise.resolve(vscode.workspace.openTextDocument(uri)).catch(() => undefined);
    if (document === undefined) continue;
    const line = (versionLine(document.getText(), name) ?? 1) - 1;
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(line, 0, line, 0) });
    return;
  }
}
