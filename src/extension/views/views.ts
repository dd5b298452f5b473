import * as vscode from 'vscode';
import { VIEWS } from '../../shared/contributions.ts';
import type { Services } from '../services.ts';
import type { PackagesNode } from './package-nodes.ts';
import { PackagesTree } from './packages-tree.ts';
import type { PeersNode } from './peer-nodes.ts';
import { PeersTree } from './peers-tree.ts';

const { t } = vscode.l10n;

export interface Views {
  readonly packages: PackagesTree;
  readonly peers: PeersTree;
}

/** Make the views. The engine is started when one of them is first seen, not before. */
export function createViews(services: Services, subscriptions: vscode.ExtensionContext['subscriptions']): Views {
  const { host, model } = services;
  const packages = new PackagesTree(host, model);
  const peers = new PeersTree(model);
  const packagesView = vscode.window.createTreeView<PackagesNode>(VIEWS.packages, {
    treeDataProvider: packages,
    showCollapseAll: true,
  });
  const peersView = vscode.window.createTreeView<PeersNode>(VIEWS.peers, { treeDataProvider: peers });
  for (const view of [packagesView, peersView]) subscriptions.push(startWhenSeen(view, services));
  subscriptions.push(
    packages,
    peers,
    packagesView,
    peersView,
    model.onDidChange(() => {
      describe(packagesView, peersView, services);
    }),
  );
  return { packages, peers };
}

function startWhenSeen(
  view: Pick<vscode.TreeView<unknown>, 'visible' | 'onDidChangeVisibility'>,
  { host }: Services,
): vscode.Disposable {
  const start = (): void => {
    // A failure is in the state, which the view's welcome text shows. What failed or crashed is not started by a look.
    if (view.visible && host.state === 'idle') host.engine().catch(() => undefined);
  };
  start();
  return view.onDidChangeVisibility(start);
}

/** The line above a view's content, for what the list itself cannot say. VS Code shows it in place of welcome texts. */
function describe(
  packages: vscode.TreeView<PackagesNode>,
  peers: vscode.TreeView<PeersNode>,
  { model }: Services,
): void {
  const { published, installed, network } = model.counts;
  packages.message = published + installed + network > 0 ? packagesMessage(model) : '';
  const count = model.connectedPeers.length;
  peers.description = count === 0 ? '' : String(count);
  // With somebody away in the list, VS Code shows no welcome text that would say it.
  const nobody = model.state === 'running' && count === 0 && model.awayPeers.length > 0;
  peers.message = nobody ? t('No peer is connected. The node goes on trying those that it knows.') : '';
}

function packagesMessage({ state, failure }: Services['model']): string {
  if (state === 'failed') return failure?.text ?? '';
  return state === 'stopped' ? t('The node is stopped: this is what is known from before.') : '';
}
