import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';
import { plainText } from '../ui/plain-text.ts';
import { isPackageNode } from '../views/package-nodes.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 10_000;
const CHANGE_TIMEOUT_MS = 30_000;
/** Maximum number of published packages and of installed packages in the list. */
const MAX_OFFERED_PACKAGES = 200;

interface PackageRef {
  readonly id: string;
  readonly name: string;
}

/** Stop seeding a published or installed package: that of the tree item, or one that the user picks. */
export async function stopSeeding(services: Services, argument?: unknown): Promise<void> {
  const pack = isPackageNode(argument) ? argument.summary : await pickSeeded(services);
  if (pack === undefined || !(await confirmed(pack))) return;
  const engine = await services.client.engine();
  await callWithTimeout(CHANGE_TIMEOUT_MS, undefined, (signal) => engine.stopSeeding({ id: pack.id }, { signal }));
  vscode.window.setStatusBarMessage(`$(check) ${t('{0} is no longer seeded', plainText(pack.name))}`, 5_000);
}

async function pickSeeded({ client }: Services): Promise<PackageRef | undefined> {
  const engine = await client.engine();
  const seeded = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => publishedOrInstalled(engine, signal));
  if (seeded.length === 0) throw new GgenError('PackageNotFound', t('You are not seeding any packages.'));
  const items = seeded.map((pack) => ({ label: `$(package) ${plainText(pack.name)}`, description: pack.id, pack }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Stop Seeding Package'),
    placeHolder: t('Select a package'),
    matchOnDescription: true,
  });
  return picked?.pack;
}

async function publishedOrInstalled(engine: Engine, signal: AbortSignal): Promise<PackageRef[]> {
  const page = (section: 'published' | 'installed') =>
    engine.listPackages({ section, limit: MAX_OFFERED_PACKAGES }, { signal }).then(({ packages }) => packages);
  const all = (await Promise.all([page('published'), page('installed')])).flat();
  return [...new Map(all.map(({ id, name }) => [id, { id, name }])).values()];
}

async function confirmed({ name }: PackageRef): Promise<boolean> {
  const shown = plainText(name);
  const item = {
    label: `$(stop-circle) ${t('Stop seeding {0}', shown)}`,
    detail: t(
      'Peers can no longer fetch it from you. Your files are kept. Publishing or installing it again resumes seeding.',
    ),
  };
  return (await vscode.window.showQuickPick([item], { title: t('Stop seeding {0}?', shown) })) !== undefined;
}
