import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, Release } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { formatTime } from '../../ui/format.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { listInstalled } from '../install/pick-installed.ts';
import { chooseRelease, releasesOf } from './choose-release.ts';
import type { ChosenRelease } from './choose-release.ts';
import { showChanges } from './show-changes.ts';

const { t } = vscode.l10n;
const QUERY_TIMEOUT_MS = 10_000;

/** Compare a release with another version that the user picks: the release of the tree item, or the latest one. */
export async function compareVersions(services: Services, argument?: unknown): Promise<void> {
  const release = await chooseRelease(services, argument, t('Compare Versions'));
  if (release === undefined) return;
  const releases = await releasesOf(services, release.id);
  const others = releases.filter(({ version }) => version !== release.version);
  if (others.length === 0) {
    throw new GgenError(
      'VersionNotFound',
      t('{0} has only one version, so there is nothing to compare.', release.name),
    );
  }
  const picked = await vscode.window.showQuickPick(versionItems(release, releases), {
    title: t('Select the version to compare with {0} {1}', release.name, release.version),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return;
  // The older version is on the left, as in a file's history.
  const at = (version: string): number => releases.findIndex((one) => one.version === version);
  const older = at(picked.version) > at(release.version);
  const other = { ...release, version: picked.version };
  await (older ? showChanges(services, other, release) : showChanges(services, release, other));
}

/** The previous version first, then the others, newest first. */
function versionItems(
  { version }: ChosenRelease,
  releases: readonly Release[],
): (vscode.QuickPickItem & { readonly version: string })[] {
  const before = releases[releases.findIndex((one) => one.version === version) + 1];
  const others = releases.filter((one) => one.version !== version && one !== before);
  return [...(before === undefined ? [] : [before]), ...others].map((release) => ({
    label: `$(tag) ${plainText(release.version)}`,
    description: [
      ...(release === before ? [t('previous version')] : []),
      ...(release.yanked ? [t('yanked')] : []),
      formatTime(release.published, Date.now(), vscode.env.language),
    ].join(' · '),
    version: release.version,
  }));
}

/** Show the changes from the installed version of a package to the latest one. */
export async function compareInstalled(services: Services, argument?: unknown): Promise<void> {
  const installed = await chooseInstalled(services, argument);
  if (installed === undefined) return;
  const { id, name, version } = installed;
  const engine = await services.client.engine();
  const { latest } = await callWithTimeout(QUERY_TIMEOUT_MS, undefined, (signal) =>
    engine.getPackage({ id }, { signal }),
  );
  if (latest === undefined || latest === version) {
    void notify('information', t('{0} {1} is the latest version.', plainText(name), plainText(version)));
    return;
  }
  await showChanges(services, { id, name, version }, { id, name, version: latest });
}

async function chooseInstalled(services: Services, argument: unknown): Promise<InstalledPackage | undefined> {
  const matching = await listInstalled(services, argument);
  // Installations of the same version in several folders are the same release.
  const distinct = [...new Map(matching.map((one) => [`${one.id}@${one.version}`, one])).values()];
  if (distinct.length === 0) throw new GgenError('PackageNotFound', t('There are no installed packages to compare.'));
  if (distinct.length === 1) return distinct[0];
  const items = distinct.map((one) => ({
    label: `$(package) ${plainText(one.name)}`,
    description: plainText(one.version),
    installed: one,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: t('Compare Installed with Latest') });
  return picked?.installed;
}
