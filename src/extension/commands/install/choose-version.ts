import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { Release } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { distTagsAt } from '../../ui/dist-tags.ts';
import { formatBytes, formatTime } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 30_000;

/**
 * Let the user pick a version, highest first; a single version is taken without asking. Undefined when the user cancels.
 *
 * @throws GgenError PackageNotFound; VersionYanked when all versions are yanked
 */
export async function chooseVersion(
  { client }: Services,
  { id, name }: { readonly id: string; readonly name: string },
  title = t('Select the version of {0} to install', plainText(name)),
): Promise<string | undefined> {
  const engine = await client.engine();
  const found = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.getPackage({ id }, { signal }));
  const offered = found.releases.filter((release) => !release.yanked).toReversed();
  if (offered.length === 0) {
    throw new GgenError('VersionYanked', t('All versions of {0} have been yanked by the publisher.', plainText(name)));
  }
  if (offered.length === 1) return offered[0]?.version;
  const items = offered.map((release) => versionItem(release, distTagsAt(found, release.version)));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Highest version first'),
    ignoreFocusOut: true,
  });
  return picked?.version;
}

function versionItem(
  release: Release,
  distTags: readonly string[],
): vscode.QuickPickItem & { readonly version: string } {
  const published = formatTime(release.published, Date.now(), vscode.env.language);
  return {
    label: `$(tag) ${plainText(release.version)}`,
    description: [...distTags.map((tag) => plainText(tag)), published, formatBytes(release.size)].join(' · '),
    version: release.version,
  };
}
