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

/** Create the views. The engine starts when one of them first becomes visible. */
export function createViews(services: Services, subscriptions: vscode.ExtensionContext['subscriptions']): Views {
  const { client, model } = services;
  const packages = new PackagesTree(client, model);
  const peers = new PeersTree(model);
  const packagesView = vscode.window.createTreeView<PackagesNode>(VIEWS.packages, {
    treeDataProvider: packages,
    showCollapseAll: true,
  });
  const peersView = vscode.window.createTreeView<PeersNode>(VIEWS.peers, { treeDataProvider: peers });
  for (const view of [packagesView, peersView]) subscriptions.push(startWhenVisible(view, services));
  subscriptions.push(
    packages,
    peers,
    packagesView,
    peersView,
    model.onDidChange(() => {
      updateMessages(packagesView, peersView, services);
    }),
  );
  return { packages, peers };
}

function startWhenVisible(
  view: Pick<vscode.TreeView<unknown>, 'visible' | 'onDidChangeVisibility'>,
  { client }: Services,
): vscode.Disposable {
  const start = (): void => {
    // A failure changes the state, which the welcome text shows. A crashed or failed engine is not started by showing a
    // view.
    if (view.visible && client.state === 'idle') client.engine().catch(() => undefined);
  };
  start();
  return view.onDidChangeVisibility(start);
}

/**
 * Set the message above each tree. VS Code shows a welcome text only for an empty tree, so the message covers the
 * others.
 */
function updateMessages(
  packages: vscode.TreeView<PackagesNode>,
  peers: vscode.TreeView<PeersNode>,
  { model }: Services,
): void {
  const { published, installed, network } = model.counts;
  packages.message = published + installed + network > 0 ? packagesMessage(model) : '';
  const count = model.connectedPeers.length;
  peers.description = count === 0 ? '' : String(count);
  // The tree lists disconnected peers, so that VS Code shows no welcome text.
  const noneConnected = model.state === 'running' && count === 0 && model.disconnectedPeers.length > 0;
  peers.message = noneConnected ? t('No peer is connected. The node keeps trying to connect to known peers.') : '';
}

function packagesMessage({ state, failure }: Services['model']): string {
  if (state === 'failed') return failure?.text ?? '';
  return state === 'stopped' ? t('The node is stopped. Showing packages that are already known.') : '';
}
