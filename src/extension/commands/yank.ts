import * as vscode from 'vscode';
import { GgenError } from '../../shared/errors.ts';
import type { Engine } from '../../shared/api/index.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';
import { plainText } from '../ui/plain-text.ts';
import { withCancelButton } from '../ui/progress.ts';
import { isPackageNode } from '../views/package-nodes.ts';
import { unlessClockAhead } from './unless-clock-ahead.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 10_000;

interface OwnRelease {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** Yank one of the user's releases: that of the tree item, or one that the user picks. */
export async function yankRelease(services: Services, argument?: unknown): Promise<void> {
  await changeYank(services, argument, true);
}

/** Undo the yank of a release, so that it can be installed again. */
export async function unyankRelease(services: Services, argument?: unknown): Promise<void> {
  await changeYank(services, argument, false);
}

async function changeYank(services: Services, argument: unknown, yanked: boolean): Promise<void> {
  const release = releaseOf(argument) ?? (await pickRelease(services, yanked));
  if (release === undefined || !(await confirmed(release, yanked))) return;
  const key = await services.publisher.existing();
  if (key === undefined) throw new GgenError('NotPublisher', t('There is no publisher key on this machine yet.'));
  const title = yanked
    ? t('Yanking {0} {1}', release.name, release.version)
    : t('Unyanking {0} {1}', release.name, release.version);
  await withCancelButton(title, async (signal) => {
    await services.node.start(signal);
    const engine = await services.client.engine();
    const { id, version } = release;
    const draft = await engine.draftYank({ id, version, yanked, publisher: key.id }, { signal });
    const signature = key.sign(draft.bytesToSign);
    await unlessClockAhead((accepted) => engine.delete({ draft: draft.draft, signature, accepted }, { signal }));
  });
  const done = yanked
    ? t('{0} {1} yanked', release.name, release.version)
    : t('{0} {1} can be installed again', release.name, release.version);
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5_000);
}

function releaseOf(argument: unknown): OwnRelease | undefined {
  if (!isPackageNode(argument) || argument.kind !== 'release') return undefined;
  return {
    id: argument.summary.id,
    name: plainText(argument.summary.name),
    version: argument.release.version,
  };
}

async function pickRelease({ client }: Services, yanked: boolean): Promise<OwnRelease | undefined> {
  const engine = await client.engine();
  const own = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => ownReleases(engine, !yanked, signal));
  if (own.length === 0) {
    throw new GgenError(
      'VersionNotFound',
      yanked ? t('You have no published releases to yank.') : t('None of your releases are yanked.'),
    );
  }
  const picked = await vscode.window.showQuickPick(
    own.map((release) => ({ label: `$(tag) ${release.name} ${release.version}`, release })),
    { title: yanked ? t('Yank Release') : t('Unyank Release'), placeHolder: t('Select a release') },
  );
  return picked?.release;
}

/** The user's releases that are yanked, or those that are not; newest first within a package. */
async function ownReleases(engine: Engine, yanked: boolean, signal: AbortSignal): Promise<OwnRelease[]> {
  const { packages } = await engine.listPackages({ section: 'published', limit: 100 }, { signal });
  const lists = packages.map(async ({ id, name }) => {
    const releases = await engine.listVersions({ id }, { signal });
    const matching = releases.filter((release) => release.yanked === yanked).toReversed();
    return matching.map(({ version }) => ({ id, name: plainText(name), version }));
  });
  return (await Promise.all(lists)).flat();
}

async function confirmed({ name, version }: OwnRelease, yanked: boolean): Promise<boolean> {
  if (!yanked) return true;
  const item = {
    label: `$(circle-slash) ${t('Yank {0} {1}', name, version)}`,
    detail: t('Peers will no longer install it. It is not deleted, and you can unyank it later.'),
  };
  return (await vscode.window.showQuickPick([item], { title: t('Yank {0} {1}?', name, version) })) !== undefined;
}
