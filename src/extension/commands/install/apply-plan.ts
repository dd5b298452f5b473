import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstallPlan, InstalledPackage } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { withOverwriteConfirmation } from './changed-files.ts';

const { t } = vscode.l10n;

/**
 * Apply a plan with progress, and ask before files that the user modified are overwritten.
 *
 * @returns undefined when the user keeps these files
 */
export async function applyPlan(
  { client }: Services,
  { plan }: InstallPlan,
  title: string,
): Promise<readonly InstalledPackage[] | undefined> {
  const engine = await client.engine();
  return await withOverwriteConfirmation((overwrite) =>
    withProgress<readonly InstalledPackage[], InstallProgress>(title, describeProgress, (task) =>
      engine.applyPlan({ plan, overwrite }, task),
    ),
  );
}

export function describeProgress(progress: InstallProgress): { text: string; percent?: number } {
  const { phase, files, bytes, totalFiles, totalBytes } = progress;
  if (phase === 'resolve') return { text: t('Finding providers…') };
  const size =
    totalBytes === undefined ? formatBytes(bytes) : t('{0} of {1}', formatBytes(bytes), formatBytes(totalBytes));
  const done = percentOf(bytes, totalBytes);
  if (phase === 'fetch') return { text: t('Fetching: {0}', size), percent: (done.percent ?? 0) * 0.8 };
  const count = totalFiles === undefined ? countFiles(files, t) : t('{0} of {1} files', files, totalFiles);
  if (phase === 'verify') return { text: t('Verifying: {0}', count), ...percentOf(files, totalFiles) };
  return { text: t('Writing: {0}, {1}', count, size), percent: 80 + (done.percent ?? 0) * 0.2 };
}
