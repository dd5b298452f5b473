import * as vscode from 'vscode';
import { GgenError } from '../../shared/errors.ts';
import type { PackageDetails } from '../../shared/model.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';
import { distTagsAt } from '../ui/dist-tags.ts';
import { notify } from '../ui/notify.ts';
import { plainText } from '../ui/plain-text.ts';
import { withCancelButton } from '../ui/progress.ts';
import { isPackageNode } from '../views/package-nodes.ts';
import { enterDistTag } from './enter-dist-tag.ts';
import { unlessClockAhead } from './unless-clock-ahead.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 10_000;
const LATEST = 'latest';

/** Let a dist-tag name one of the user's releases: that of the tree item, or one that the user picks. */
export async function setDistTag(services: Services, argument?: unknown): Promise<void> {
  const found = await ownPackage(services, argument, t('Set Dist-Tag'));
  if (found === undefined) return;
  const version =
    isPackageNode(argument) && argument.kind === 'release' ? argument.release.version : await pickVersion(found);
  const tag = version === undefined ? undefined : await pickTag(found, version);
  if (version === undefined || tag === undefined) return;
  const name = plainText(found.name);
  await change(services, found.id, { tag, version }, t('Setting {0} of {1} to {2}', tag, name, plainText(version)));
  showDone(t('{0} of {1} is now {2}', tag, name, plainText(version)));
}

/** Remove a dist-tag of one of the user's packages; without a set `latest`, the highest version is the latest. */
export async function removeDistTag(services: Services, argument?: unknown): Promise<void> {
  const found = await ownPackage(services, argument, t('Remove Dist-Tag'));
  if (found === undefined) return;
  const tags = found.distTags ?? [];
  if (tags.length === 0) {
    void notify('information', t('{0} has no dist-tags.', plainText(found.name)));
    return;
  }
  const picked = await vscode.window.showQuickPick(
    tags.map(({ tag, version }) => ({ label: plainText(tag), description: plainText(version), tag })),
    { title: t('Remove Dist-Tag'), placeHolder: t('Select the dist-tag to remove') },
  );
  if (picked === undefined) return;
  const name = plainText(found.name);
  await change(services, found.id, { tag: picked.tag }, t('Removing {0} of {1}', picked.label, name));
  showDone(t('{0} of {1} removed', picked.label, name));
}

/** The package of the tree item, or one of the user's packages that the user picks. */
async function ownPackage({ client }: Services, argument: unknown, title: string): Promise<PackageDetails | undefined> {
  const engine = await client.engine();
  const read = async (id: string): Promise<PackageDetails> =>
    await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.getPackage({ id }, { signal }));
  if (isPackageNode(argument)) return await read(argument.summary.id);
  const { packages } = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
    engine.listPackages({ section: 'published', limit: 100 }, { signal }),
  );
  if (packages.length === 0) throw new GgenError('PackageNotFound', t('You have not published any packages.'));
  const picked = await vscode.window.showQuickPick(
    packages.map(({ id, name, latest = '' }) => ({
      label: `$(package) ${plainText(name)}`,
      description: plainText(latest),
      id,
    })),
    { title, placeHolder: t('Select a package') },
  );
  return picked === undefined ? undefined : await read(picked.id);
}

async function pickVersion(found: PackageDetails): Promise<string | undefined> {
  const offered = found.releases.filter(({ yanked }) => !yanked).toReversed();
  const picked = await vscode.window.showQuickPick(
    offered.map(({ version }) => ({
      label: `$(tag) ${plainText(version)}`,
      description: distTagsAt(found, version).join(', '),
      version,
    })),
    { title: t('Set Dist-Tag'), placeHolder: t('Select the version') },
  );
  return picked?.version;
}

async function pickTag({ distTags = [] }: PackageDetails, version: string): Promise<string | undefined> {
  const names = new Set([LATEST, 'next', ...distTags.map(({ tag }) => tag)]);
  const versionOf = (name: string): string => distTags.find(({ tag }) => tag === name)?.version ?? '';
  const items: (vscode.QuickPickItem & { readonly tag?: string })[] = [...names].map((tag) => ({
    label: plainText(tag),
    description: plainText(versionOf(tag)),
    tag,
  }));
  items.push({ label: `$(edit) ${t('Enter another dist-tag…')}`, alwaysShow: true });
  const title = t('Dist-Tag for {0}', plainText(version));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('Select a dist-tag') });
  if (picked === undefined || picked.tag !== undefined) return picked?.tag;
  return await enterDistTag(title);
}

async function change(
  services: Services,
  id: string,
  tagChange: { readonly tag: string; readonly version?: string },
  title: string,
): Promise<void> {
  const key = await services.publisher.existing();
  if (key === undefined) throw new GgenError('NotPublisher', t('There is no publisher key on this machine yet.'));
  await withCancelButton(title, async (signal) => {
    await services.node.start(signal);
    const engine = await services.client.engine();
    const draft = await engine.draftDistTag({ id, publisher: key.id, ...tagChange }, { signal });
    const signature = key.sign(draft.bytesToSign);
    await unlessClockAhead((accepted) => engine.publish({ draft: draft.draft, signature, accepted }, { signal }));
  });
}

function showDone(text: string): void {
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}
