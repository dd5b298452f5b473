import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api.ts';
import { errorName } from '../../../shared/errors.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { ask, reportError } from '../../ui/report-error.ts';
import { isPackageNode } from '../../views/package-nodes.ts';
import type { PackageNode, ReleaseNode } from '../../views/package-nodes.ts';
import { revealFolder } from '../reveal.ts';
import { pickPackage } from '../search/pick-package.ts';
import { chooseVersion } from './choose-version.ts';
import { chooseTargetFolder, isInWorkspace } from './target-folder.ts';

const { t } = vscode.l10n;

/** What shall be installed; the version is asked for when it is open. */
export interface Wanted {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
}

/** Install the item's package or release, or one that the user finds. */
export async function installCommand(services: Services, argument?: unknown): Promise<void> {
  const wanted = isPackageNode(argument) ? wantedOf(argument) : await pickPackage(services, t('Install Package'));
  if (wanted !== undefined) await installPackage(services, wanted);
}

function wantedOf(node: PackageNode | ReleaseNode): Wanted {
  const { id, name } = node.summary;
  return node.kind === 'release' ? { id, name, version: node.release.version } : { id, name };
}

/** Ask what is open (version, folder), then install with progress and say where it is. */
export async function installPackage(services: Services, wanted: Wanted): Promise<void> {
  await services.node.start();
  const version = wanted.version ?? (await chooseVersion(services, wanted));
  if (version === undefined) return;
  const to = await chooseTargetFolder(wanted.name, version);
  if (to === undefined) return;
  if (isInWorkspace(to) && !vscode.workspace.isTrusted) {
    void vscode.window.showErrorMessage(t('This workspace is not trusted, so nothing is installed into it.'));
    return;
  }
  const installed = await install(services, { ...wanted, version }, to);
  if (installed !== undefined) void announce(installed);
}

async function install(
  services: Services,
  { id, name, version }: Required<Wanted>,
  to: string,
): Promise<InstalledPackage | undefined> {
  const engine = await services.host.engine();
  try {
    return await withProgress<InstalledPackage, InstallProgress>(
      t('Installing {0} {1}', plainText(name), plainText(version)),
      describe,
      (task) => engine.install({ id, version, to }, task),
    );
  } catch (error) {
    if (errorName(error) !== 'TargetNotEmpty' && errorName(error) !== 'TargetNotWritable') throw error;
    const again = { title: t('Choose Another Folder'), run: () => retry(services, { id, name, version }) };
    void reportError(services.log, error, [again]);
    return undefined;
  }
}

async function retry(services: Services, wanted: Required<Wanted>): Promise<void> {
  await installPackage(services, wanted).catch((error: unknown) => reportError(services.log, error));
}

function describe(progress: InstallProgress): { text: string; percent?: number } {
  const { phase, files, bytes, totalFiles, totalBytes } = progress;
  if (phase === 'resolve') return { text: t('Asking who has it…') };
  const size =
    totalBytes === undefined ? formatBytes(bytes) : t('{0} of {1}', formatBytes(bytes), formatBytes(totalBytes));
  const done = percentOf(bytes, totalBytes);
  if (phase === 'fetch') return { text: t('Fetching: {0}', size), percent: (done.percent ?? 0) * 0.8 };
  const count = totalFiles === undefined ? countFiles(files, t) : t('{0} of {1} files', files, totalFiles);
  return { text: t('Writing: {0}, {1}', count, size), percent: 80 + (done.percent ?? 0) * 0.2 };
}

async function announce(installed: InstalledPackage): Promise<void> {
  const { name, version, path, files, size } = installed;
  const message = t(
    'Installed {0} {1}: {2}, {3}, every byte verified. It is in {4}.',
    plainText(name),
    plainText(version),
    countFiles(files, t),
    formatBytes(size),
    plainText(path),
  );
  await ask('information', message, [
    { title: isInWorkspace(path) ? t('Reveal') : t('Open Folder'), run: () => revealFolder(path) },
  ]);
}
