import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { KeptRelease } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { isPackageNode } from '../../views/package-nodes.ts';
import { chooseVersion } from '../install/choose-version.ts';
import { pickPackage } from '../search/pick-package.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 10_000;

/** Fetch and keep a release without installing it: that of the tree item, or one that the user searches. */
export async function keepOffline(services: Services, argument?: unknown): Promise<void> {
  const pack = isPackageNode(argument) ? argument.summary : await pickPackage(services, t('Keep Package Offline'));
  if (pack === undefined) return;
  await services.node.start();
  const name = plainText(pack.name);
  const version =
    isPackageNode(argument) && argument.kind === 'release'
      ? argument.release.version
      : await chooseVersion(services, pack, t('Select the version of {0} to keep offline', name));
  if (version === undefined) return;
  const engine = await services.client.engine();
  const kept = await withProgress<KeptRelease, InstallProgress>(
    t('Keeping {0} {1} offline', name, plainText(version)),
    describe,
    (task) => engine.keep({ id: pack.id, version }, task),
  );
  const done = t('{0} {1} is kept offline ({2})', name, plainText(kept.version), formatBytes(kept.size));
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5_000);
}

/** Stop keeping a release: of the tree item's package, or any that the user picks. */
export async function stopKeeping(services: Services, argument?: unknown): Promise<void> {
  const engine = await services.client.engine();
  const all = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.kept({}, { signal }));
  const kept = isPackageNode(argument) ? all.filter(({ id }) => id === argument.summary.id) : all;
  if (kept.length === 0) throw new GgenError('PackageNotFound', nothingKept(argument));
  const picked = await pickKept(kept);
  if (picked === undefined) return;
  const { id, version } = picked;
  await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.unkeep({ id, version }, { signal }));
  const done = t('{0} {1} is no longer kept offline', plainText(picked.name), plainText(version));
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5_000);
}

function nothingKept(argument: unknown): string {
  return isPackageNode(argument)
    ? t('{0} is not kept offline. To keep it, run “Ggen: Keep Package Offline”.', plainText(argument.summary.name))
    : t('No packages are kept offline. To keep one, run “Ggen: Keep Package Offline”.');
}

async function pickKept(kept: readonly KeptRelease[]): Promise<KeptRelease | undefined> {
  const items = kept.map((release) => ({
    label: `$(package) ${plainText(release.name)} ${plainText(release.version)}`,
    description: [formatBytes(release.size), release.id].join(' · '),
    release,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Stop Keeping Package Offline'),
    placeHolder: t('Select the release to stop keeping offline'),
    matchOnDescription: true,
  });
  return picked?.release;
}

function describe({ phase, bytes, totalBytes }: InstallProgress): { text: string; percent?: number } {
  if (phase === 'resolve') return { text: t('Finding providers…') };
  const size =
    totalBytes === undefined ? formatBytes(bytes) : t('{0} of {1}', formatBytes(bytes), formatBytes(totalBytes));
  return { text: t('Fetching: {0}', size), ...percentOf(bytes, totalBytes) };
}
