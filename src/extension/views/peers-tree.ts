import * as vscode from 'vscode';
import type { PeerSummary } from '../../shared/model.ts';
import type { ReadModel } from '../model/read-model.ts';
import { peersItem } from './peer-items.ts';
import type { PeerNode, PeersNode } from './peer-nodes.ts';

/** The Peers view: connected peers, then a group of banned peers and a group of disconnected peers. */
export class PeersTree implements vscode.TreeDataProvider<PeersNode>, vscode.Disposable {
  readonly #model: ReadModel;
  readonly #change = new vscode.EventEmitter<undefined>();
  readonly #modelChange: vscode.Disposable;
  #seen = '';

  readonly onDidChangeTreeData = this.#change.event;

  constructor(model: ReadModel) {
    this.#model = model;
    this.#modelChange = model.onDidChange(() => {
      this.#refreshIfChanged();
    });
  }

  getTreeItem(node: PeersNode): vscode.TreeItem {
    return peersItem(node);
  }

  /**
   * Without groups unless the node runs: an empty tree makes VS Code show the welcome text, which offers to start the
   * node.
   */
  getChildren(node?: PeersNode): PeersNode[] {
    if (node?.kind === 'peer') return [];
    if (node?.kind === 'group') return node.peers.map(peerNode);
    const { state, connectedPeers, disconnectedPeers } = this.#model;
    const connected = connectedPeers.toSorted((a, b) => (a.since ?? 0) - (b.since ?? 0)).map(peerNode);
    if (state !== 'running') return connected;
    const isBanned = (peer: PeerSummary): boolean => peer.standing === 'banned';
    return [
      ...connected,
      ...groupNode('banned', disconnectedPeers.filter(isBanned)),
      ...groupNode(
        'disconnected',
        disconnectedPeers.filter((peer) => !isBanned(peer)),
      ),
    ];
  }

  dispose(): void {
    this.#modelChange.dispose();
    this.#change.dispose();
  }

  #refreshIfChanged(): void {
    const { state, connectedPeers, disconnectedPeers } = this.#model;
    const seen = JSON.stringify([state, connectedPeers, disconnectedPeers]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#change.fire(undefined);
  }
}

function peerNode(peer: PeerSummary): PeerNode {
  return { kind: 'peer', peer };
}

function groupNode(group: 'banned' | 'disconnected', peers: readonly PeerSummary[]): PeersNode[] {
  return peers.length === 0 ? [] : [{ kind: 'group', group, peers }];
}
