import * as vscode from 'vscode';
import type { PeerSummary } from '../../shared/model.ts';
import type { ReadModel } from '../model/read-model.ts';
import { COMMANDS } from '../../shared/contributions.ts';
import { formatRtt, formatTime, shortId } from '../ui/format.ts';
import { plainText } from '../ui/plain-text.ts';
import { tooltip } from './markdown.ts';

const { t } = vscode.l10n;

/** An item of the Peers view, and the argument of commands on it. */
export interface PeerNode {
  readonly kind: 'peer';
  readonly peer: PeerSummary;
}

export function isPeerNode(value: unknown): value is PeerNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'peer' && 'peer' in value;
}

/** The Peers view: who is connected now. */
export class PeersTree implements vscode.TreeDataProvider<PeerNode>, vscode.Disposable {
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

  getTreeItem({ peer }: PeerNode): vscode.TreeItem {
    const name = peerName(peer);
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.None);
    item.id = peer.id;
    item.iconPath = new vscode.ThemeIcon('vm-active');
    item.description = peerLine(peer);
    item.tooltip = peerTooltip(peer);
    item.contextValue = 'peer';
    item.command = { command: COMMANDS.showPeer, title: t('Show Peer Details'), arguments: [{ kind: 'peer', peer }] };
    item.accessibilityInformation = { label: t('Peer {0}, {1}', name, item.description) };
    return item;
  }

  getChildren(node?: PeerNode): PeerNode[] {
    if (node !== undefined) return [];
    return this.#model.connectedPeers
      .toSorted((a, b) => (a.since ?? 0) - (b.since ?? 0))
      .map((peer) => ({ kind: 'peer', peer }));
  }

  dispose(): void {
    this.#modelChange.dispose();
    this.#change.dispose();
  }

  #refreshIfChanged(): void {
    const seen = JSON.stringify([this.#model.state, this.#model.connectedPeers]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#change.fire(undefined);
  }
}

/** The name that the peer claims, or the end of its id. */
export function peerName(peer: Pick<PeerSummary, 'id' | 'name'>): string {
  const claimed = plainText(peer.name, 64);
  return claimed === '' ? shortId(peer.id) : claimed;
}

/** Address, round-trip time and since when, in one line. */
export function peerLine(peer: PeerSummary): string {
  return [
    ...(peer.name === '' ? [] : [shortId(peer.id)]),
    hostAndPort(peer.address),
    ...(peer.rtt === undefined ? [] : [formatRtt(peer.rtt)]),
    ...(peer.since === undefined ? [] : [t('since {0}', formatTime(peer.since, Date.now(), vscode.env.language))]),
  ].join(' · ');
}

function peerTooltip(peer: PeerSummary): vscode.MarkdownString {
  return tooltip(peerName(peer), peer.name === '' ? '' : t('The name is what the peer claims.'), [
    [t('Peer id'), peer.id],
    [t('Address'), peer.address],
    [t('Opened by'), peer.direction === 'inbound' ? t('the other peer') : t('this node')],
    [
      t('Connected since'),
      peer.since === undefined ? undefined : new Date(peer.since).toLocaleString(vscode.env.language),
    ],
    [t('Round-trip time'), peer.rtt === undefined ? t('not measured yet') : formatRtt(peer.rtt)],
    [t('Packages'), String(peer.packages)],
    [t('Reputation'), peer.reputation.toFixed(2)],
  ]);
}

/** `/ip4/127.0.0.1/tcp/4001/p2p/…` as `127.0.0.1:4001`; other forms as they are. */
function hostAndPort(address: string): string {
  const match = /^\/(ip4|ip6|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  if (match === null) return plainText(address, 100);
  const [, kind, host, port] = match;
  return plainText(kind === 'ip6' ? `[${host ?? ''}]:${port ?? ''}` : `${host ?? ''}:${port ?? ''}`, 100);
}
