import * as vscode from 'vscode';
import type { Engine } from '../../shared/api.ts';
import { GgenError } from '../../shared/errors.ts';
import { bounded } from '../engine/bounded.ts';
import type { Services } from '../services.ts';
import { plainText } from '../ui/plain-text.ts';
import { isPackageNode } from '../views/package-nodes.ts';

const { t } = vscode.l10n;
const READ_BOUND = 10_000;
const CHANGE_BOUND = 30_000;
/** Packages that are offered, of those published and of those installed. */
const OFFERED = 200;

interface PackageRef {
  readonly id: string;
  readonly name: string;
}

/** Serve a published or installed package to nobody any more: the item's, or the one that the user picks. */
export async function stopServing(services: Services, argument?: unknown): Promise<void> {
  const pack = isPackageNode(argument) ? argument.summary : await pickServed(services);
  if (pack === undefined || !(await confirmed(pack))) return;
  const engine = await services.host.engine();
  await bounded(CHANGE_BOUND, undefined, (signal) => engine.stopServing({ id: pack.id }, { signal }));
  vscode.window.setStatusBarMessage(`$(check) ${t('{0} is no longer served', plainText(pack.name))}`, 5_000);
}

async function pickServed({ host }: Services): Promise<PackageRef | undefined> {
  const engine = await host.engine();
  const served = await bounded(READ_BOUND, undefined, (signal) => publishedOrInstalled(engine, signal));
  if (served.length === 0) throw new GgenError('PackageNotFound', t('You serve no package.'));
  const items = served.map((pack) => ({ label: `$(package) ${plainText(pack.name)}`, description: pack.id, pack }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Stop Serving Package'),
    placeHolder: t('Which package?'),
    matchOnDescription: true,
  });
  return picked?.pack;
}

async function publishedOrInstalled(engine: Engine, signal: AbortSignal): Promise<PackageRef[]> {
  const page = (section: 'published' | 'installed') =>
    engine.listPackages({ section, limit: OFFERED }, { signal }).then(({ packages }) => packages);
  const all = (await Promise.all([page('published'), page('installed')])).flat();
  return [...new Map(all.map(({ id, name }) => [id, { id, name }])).values()];
}

async function confirmed({ name }: PackageRef): Promise<boolean> {
  const shown = plainText(name);
  const yes = `$(stop-circle) ${t('Stop serving {0}', shown)}`;
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: yes,
        detail: t('Peers can no longer fetch it here. Your files stay; publishing or installing it serves it again.'),
      },
      { label: `$(close) ${t('Go on serving it')}` },
    ],
    { title: t('Stop serving {0}?', shown) },
  );
  return picked?.label === yes;
}
