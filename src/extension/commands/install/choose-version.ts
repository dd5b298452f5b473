import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { Release } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { formatBytes, formatTime } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 30_000;

/**
 * Let the user pick a version, latest first; a single version is taken without asking. Undefined when the user cancels.
 *
 * @throws GgenError PackageNotFound; VersionYanked when all versions are yanked
 */
export async function chooseVersion(
  { client }: Services,
  { id, name }: { readonly id: string; readonly name: string },
  title = t('Select the version of {0} to install', plainText(name)),
): Promise<string | undefined> {
  const engine = await client.engine();
  const releases = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
    engine.listVersions({ id }, { signal }),
  );
  const offered = releases.filter((release) => !release.yanked).toReversed();
  if (offered.length === 0) {
    throw new GgenError('VersionYanked', t('All versions of {0} have been yanked by the publisher.', plainText(name)));
  }
  if (offered.length === 1) return offered[0]?.version;
  const picked = await vscode.window.showQuickPick(offered.map(versionItem), {
    title,
    placeHolder: t('Latest version first'),
    ignoreFocusOut: true,
  });
  return picked?.version;
}

function versionItem(release: Release, index: number): vscode.QuickPickItem & { readonly version: string } {
  const published = formatTime(release.published, Date.now(), vscode.env.language);
  return {
    label: `$(tag) ${plainText(release.version)}`,
    description: [...(index === 0 ? [t('latest')] : []), published, formatBytes(release.size)].join(' · '),
    version: release.version,
  };
}
